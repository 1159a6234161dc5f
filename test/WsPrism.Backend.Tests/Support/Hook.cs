using System.Text.Json;

namespace WsPrism.Backend.Tests.Support;

/// <summary>One request as a backend got it.</summary>
internal sealed record Hook(IReadOnlyDictionary<string, string> Headers, string Text)
{
    public string this[string header] => Headers[header.ToLowerInvariant()];

    public string Id => this["Webhook-Id"];

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string User => Json.GetProperty("user").GetString()!;

    /// <summary>The message's data as it came.</summary>
    public string Data => Json.GetProperty("data").GetRawText();
}
