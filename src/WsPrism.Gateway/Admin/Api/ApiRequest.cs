using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>One request whose key was found: what the handlers need of it.</summary>
internal sealed class ApiRequest(HttpContext http, ApiKey key, TimeProvider time)
{
    /// <summary>Bytes of a body that says little.</summary>
    public const int MaxSmallBody = 4_096;

    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private const int EnvelopeDepth = Protocol.Ext.EnvelopeRules.MaxDepth;

    // What an answer of the shards may take. They answer within a pass; one that does not hangs.
    private static readonly TimeSpan ShardPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BodyPatience = TimeSpan.FromSeconds(10);

    public ApiKey Key => key;

    /// <summary>The tenant of the path.</summary>
    public required Tenant Tenant { get; init; }

    /// <summary>How many items a list may have, from the query.</summary>
    public int Limit => http.Request.Query["limit"] switch
    {
        [] => DefaultLimit,
        [{ Length: <= 4 } text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit => limit,
        _ => throw new ApiException(ApiProblem.BadRequest($"limit: must be an integer from 1 to {MaxLimit}.")),
    };

    /// <summary>The key after which a list's page begins, from the query's cursor; null for the first page.</summary>
    public string? After => http.Request.Query["cursor"] switch
    {
        [] => null,
        [{ Length: > 0 and <= 1_024 } text] when Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is var bytes && Utf8.IsValid(bytes) => Encoding.UTF8.GetString(bytes),
        _ => throw new ApiException(ApiProblem.BadRequest("cursor: must be one that a list has answered.")),
    };

    /// <summary>A parameter of the query; null where it is absent.</summary>
    public string? Parameter(string name) => http.Request.Query[name] switch
    {
        [] => null,
        [{ } text] => text,
        _ => throw new ApiException(ApiProblem.BadRequest($"{name}: must be there once.")),
    };

    /// <summary>Refuses parameters of the query that the call does not have.</summary>
    public void AllowQuery(params ReadOnlySpan<string> names)
    {
        foreach (var parameter in http.Request.Query)
        {
            if (!names.Contains(parameter.Key))
            {
                throw new ApiException(ApiProblem.BadRequest($"Unknown query parameter {Shown(parameter.Key)}."));
            }
        }
    }

    /// <summary>Takes operations from the key's rate.</summary>
    public void Take(int operations)
    {
        if (!key.TryTake(operations, out var wait))
        {
            throw new ApiException(
                new ApiProblem(StatusCodes.Status429TooManyRequests, ErrorCode.RateLimited, $"More than {key.Rate.Rps} operations a second with this key.")
                {
                    Refusal = ApiRefusal.Rate,
                    RetryAfter = (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, 3_600),
                });
        }
    }

    /// <summary>The body, which must be of this type where it says of which it is.</summary>
    public async Task<byte[]> ReadBodyAsync(int maxBytes, string contentType)
    {
        if (http.Request.ContentType is { } type && !type.Split(';')[0].Trim().Equals(contentType, StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(new ApiProblem(StatusCodes.Status415UnsupportedMediaType, ErrorCode.BadRequest, $"Content-Type must be {contentType}."));
        }

        var tooLarge = ApiProblem.TooLarge($"The body is longer than {maxBytes} bytes.");
        if (http.Request.ContentLength > maxBytes)
        {
            throw new ApiException(tooLarge);
        }

        // The server as a whole lets nobody send a body. Its own rate is for slow networks; ours is a time for all of it.
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = maxBytes;
        using var patience = new CancellationTokenSource(BodyPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, http.RequestAborted);
        var body = new MemoryStream((int)(http.Request.ContentLength ?? 0));
        try
        {
            await http.Request.Body.CopyToAsync(body, either.Token);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new ApiException(tooLarge);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(new ApiProblem(
                StatusCodes.Status408RequestTimeout, ErrorCode.Timeout, $"The body did not arrive within {BodyPatience.TotalSeconds} seconds."));
        }

        return body.ToArray();
    }

    /// <summary>The body as JSON.</summary>
    public async Task<JsonElement> ReadJsonAsync(int maxBytes, int maxDepth = EnvelopeDepth) => ApiJson.Parse(await ReadBodyAsync(maxBytes, "application/json"), maxDepth);

    /// <summary>The fields of a small JSON body that may be left out.</summary>
    public async Task<Dictionary<string, JsonElement>> ReadOptionalFieldsAsync(params string[] known)
    {
        var body = await ReadBodyAsync(MaxSmallBody, "application/json");
        return body.Length == 0 ? [] : ApiJson.Fields(ApiJson.Parse(body, EnvelopeDepth), string.Empty, known);
    }

    /// <summary>Awaits what shards do.</summary>
    public async Task<T> PatientlyAsync<T>(Task<T> work)
    {
        try
        {
            return await work.WaitAsync(ShardPatience, time, http.RequestAborted);
        }
        catch (TimeoutException)
        {
            throw new ApiException(new ApiProblem(StatusCodes.Status504GatewayTimeout, ErrorCode.Timeout, "The gateway did not get to it in time; it may act on it still."));
        }
    }

    /// <summary>Answers 200.</summary>
    public Task AnswerAsync(Action<Utf8JsonWriter> write) => ApiAnswer.WriteAsync(http, StatusCodes.Status200OK, "application/json", write);

    /// <summary>Answers an object with one number.</summary>
    public Task AnswerAsync(string name, int number) => AnswerAsync(json =>
    {
        json.WriteStartObject();
        json.WriteNumber(name, number);
        json.WriteEndObject();
    });

    /// <summary>Answers one page of a list.</summary>
    public Task AnswerAsync<T>(string name, Core.ServerApi.ListPage<T> page, Action<Utf8JsonWriter, T> writeItem) => AnswerAsync(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray(name);
        foreach (var item in page.Items)
        {
            json.WriteStartObject();
            writeItem(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (page.Next is not null)
        {
            json.WriteString("cursor"u8, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(page.Next)));
        }

        json.WriteEndObject();
    });

    /// <summary>Text of the request as a problem shows it: short and on one line.</summary>
    public static string Shown(string text) => JsonSerializer.Serialize(text.Length > 64 ? text[..64] : text);
}
