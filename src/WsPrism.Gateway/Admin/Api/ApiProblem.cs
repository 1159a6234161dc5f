using System.Text.Json;
using WsPrism.Configuration;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>
/// An answer that something was wrong, as an RFC 9457 problem document with the stable <c>code</c> of PROTOCOL §8. <see cref="Detail"/> names the field or the
/// limit; it never repeats a key, a path of this machine or another tenant's name.
/// </summary>
internal sealed record ApiProblem(int Status, ErrorCode Code, string Detail)
{
    /// <summary>Seconds after which it may work; 0 where waiting does not help.</summary>
    public int RetryAfter { get; init; }

    /// <summary>The <see cref="ApiRefusal"/>, where a bound of the API kept the request out.</summary>
    public string? Refusal { get; init; }

    /// <summary>All that is wrong with a configuration file; empty with other problems.</summary>
    public IReadOnlyList<ConfigProblem> Errors { get; init; } = [];

    /// <summary>Methods that the path has, with 405.</summary>
    public string? Allow { get; init; }

    public static ApiProblem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, ErrorCode.BadRequest, detail);

    // PROTOCOL §8 has no code for what is not there; the status says it.
    public static ApiProblem NotFound(string detail) => new(StatusCodes.Status404NotFound, ErrorCode.BadRequest, detail);

    public static ApiProblem TooLarge(string detail) => new(StatusCodes.Status413PayloadTooLarge, ErrorCode.PayloadTooLarge, detail);

    /// <summary>A refusal of the core's.</summary>
    public static ApiProblem Of(ErrorCode code, string detail) => code switch
    {
        ErrorCode.ResourceExhausted => new(StatusCodes.Status503ServiceUnavailable, code, detail),
        ErrorCode.ServiceUnavailable => new(StatusCodes.Status503ServiceUnavailable, code, detail),
        ErrorCode.BadRequest => BadRequest(detail),
        _ => new(StatusCodes.Status500InternalServerError, ErrorCode.Internal, "The gateway failed on this request."),
    };

    /// <summary>Writes the document as an element of a larger answer, or as the whole of it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("title"u8, Title);
        json.WriteNumber("status"u8, Status);
        json.WriteString("code"u8, Code.Utf8());
        json.WriteString("detail"u8, Detail);
        if (Errors.Count > 0)
        {
            ReloadCall.WriteProblems(json, "errors", Errors);
        }

        json.WriteEndObject();
    }

    public async Task WriteAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        if (Status == StatusCodes.Status401Unauthorized)
        {
            headers.WWWAuthenticate = "Bearer";
        }

        if (RetryAfter > 0)
        {
            headers.RetryAfter = RetryAfter.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (Allow is not null)
        {
            headers.Allow = Allow;
        }

        await ApiAnswer.WriteAsync(http, Status, "application/problem+json", WriteTo);
    }

    private string Title => Code switch
    {
        _ when Status == StatusCodes.Status404NotFound => "Not found",
        _ when Status == StatusCodes.Status405MethodNotAllowed => "Method not allowed",
        _ when Status == StatusCodes.Status426UpgradeRequired => "Upgrade required",
        _ when Status == StatusCodes.Status415UnsupportedMediaType => "Unsupported media type",
        _ when Status == StatusCodes.Status422UnprocessableEntity => "The configuration is wrong",
        ErrorCode.BadRequest => "Bad request",
        ErrorCode.AuthFailed => "No valid API key",
        ErrorCode.NotAllowed => "Not allowed",
        ErrorCode.RateLimited => "Too many requests",
        ErrorCode.PayloadTooLarge => "Too large",
        ErrorCode.ResourceExhausted => "A limit is reached",
        ErrorCode.ServiceUnavailable => "Not available now",
        ErrorCode.Timeout => "Took too long",
        ErrorCode.Draining => "The gateway is going away",
        _ => "The gateway failed",
    };
}

/// <summary>
/// Ends the handling of a request with a problem. Input is read in depth by small methods, and the first mistake ends it: here an exception says less than a
/// result through every one of them, and each costs its key a token of the rate.
/// </summary>
#pragma warning disable CA1032, RCS1194 // Nobody but this folder throws or catches it.
internal sealed class ApiException(ApiProblem problem) : Exception(problem.Detail)
#pragma warning restore CA1032, RCS1194
{
    public ApiProblem Problem { get; } = problem;
}
