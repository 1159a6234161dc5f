using System.Text.Json;
using WsPrism.Configuration;
using WsPrism.Gateway.Reload;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Api;

/// <summary><c>POST /v1/reload</c>: takes the file in anew and answers what changed, or everything that is wrong with it. For the operator.</summary>
internal sealed class ReloadCall(Func<string, Task<ReloadReport>> reload, Func<long> generation)
{
    public async Task RunAsync(ApiRequest request)
    {
        request.AllowQuery();
        await request.ReadOptionalFieldsAsync();
        var report = await request.PatientlyAsync(reload("API"));
        if (ProblemOf(report) is { } problem)
        {
            throw new ApiException(problem);
        }

        await request.AnswerAsync(json => Write(json, report));
    }

    private static ApiProblem? ProblemOf(ReloadReport report) => report.Outcome switch
    {
        ReloadOutcome.Invalid => new ApiProblem(StatusCodes.Status422UnprocessableEntity, ErrorCode.BadRequest, "The file is wrong; the running configuration stays.")
        {
            Errors = report.Errors,
        },
        ReloadOutcome.Refused => new ApiProblem(StatusCodes.Status503ServiceUnavailable, ErrorCode.Draining, "The gateway drains."),
        ReloadOutcome.Failed => new ApiProblem(StatusCodes.Status500InternalServerError, ErrorCode.Internal, "The reload failed; the log says why."),
        _ => null,
    };

    private void Write(Utf8JsonWriter json, ReloadReport report)
    {
        json.WriteStartObject();
        json.WriteString("outcome"u8, report.Outcome == ReloadOutcome.Applied ? "applied"u8 : "unchanged"u8);
        json.WriteNumber("generation"u8, generation());
        WriteList(json, "gateway", report.Gateway);
        WriteList(json, "added", report.Added);
        WriteList(json, "removed", report.Removed);
        json.WriteStartArray("changed"u8);
        foreach (var change in report.Changed)
        {
            json.WriteStartObject();
            json.WriteString("tenant"u8, change.Tenant);
            WriteList(json, "keys", change.Keys);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteList(json, "needs_restart", report.NeedsRestart);
        WriteProblems(json, "warnings", report.Warnings);
        json.WriteEndObject();
    }

    /// <summary>Writes problems of the file, each with its place and key.</summary>
    public static void WriteProblems(Utf8JsonWriter json, string name, IReadOnlyList<ConfigProblem> problems)
    {
        json.WriteStartArray(name);
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteNumber("line"u8, problem.Line);
            json.WriteNumber("column"u8, problem.Column);
            json.WriteString("key"u8, problem.Path);
            json.WriteString("message"u8, problem.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
