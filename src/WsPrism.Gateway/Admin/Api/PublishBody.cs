using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using WsPrism.Core.ServerApi;
using WsPrism.Protocol.Ext;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>A message as a body describes it: <c>{"svc","type","data"?,"exclude"?,"id"?}</c>.</summary>
internal sealed record PublishBody(ServerMessage Message, string? Id)
{
    private const int MaxExcluded = 1_000;

    /// <summary>Reads it strictly; <paramref name="path"/> is its place in the body.</summary>
    public static PublishBody Read(JsonElement element, string path)
    {
        var fields = ApiJson.Fields(element, path, "svc", "type", "data", "exclude", "id");
        var svc = ApiJson.Name(ApiJson.Required(fields, path, "svc"), ApiJson.Join(path, "svc"));
        if (svc.AsSpan().SequenceEqual("sys"u8))
        {
            // What clients take for the gateway's own word must be that.
            throw ApiJson.Wrong(ApiJson.Join(path, "svc"), "must not be sys, which is the gateway's own");
        }

        var type = ApiJson.Name(ApiJson.Required(fields, path, "type"), ApiJson.Join(path, "type"));
        return new PublishBody(
            new ServerMessage
            {
                Svc = svc,
                Type = type,
                Data = fields.TryGetValue("data", out var data) ? JsonMarshal.GetRawUtf8Value(data).ToArray() : default(ReadOnlyMemory<byte>),
                Exclude = fields.TryGetValue("exclude", out var exclude) ? ReadExclude(exclude, ApiJson.Join(path, "exclude")) : null,
            },
            fields.TryGetValue("id", out var id) ? ReadId(id, ApiJson.Join(path, "id")) : null);
    }

    private static HashSet<string>? ReadExclude(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > MaxExcluded)
        {
            throw ApiJson.Wrong(path, $"must be a list of at most {MaxExcluded} sessions");
        }

        var sessions = element.EnumerateArray().Select((entry, i) => ApiNames.Session(ApiJson.Text(entry, $"{path}[{i}]"), $"{path}[{i}]")).ToHashSet(StringComparer.Ordinal);
        return sessions.Count == 0 ? null : sessions;
    }

    // As in envelopes: 7 and "7" are different ids.
    private static string ReadId(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number))
        {
            return $"n{number}";
        }

        var text = element.ValueKind == JsonValueKind.String ? ApiJson.Text(element, path) : string.Empty;
        return text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= EnvelopeRules.MaxIdLength
            ? $"s{text}"
            : throw ApiJson.Wrong(path, $"must be an integer or a string of 1 to {EnvelopeRules.MaxIdLength} bytes");
    }
}
