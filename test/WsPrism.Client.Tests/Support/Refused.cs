using System.Text.Json.Nodes;

namespace WsPrism.Client.Tests.Support;

/// <summary>What somebody at the door is answered.</summary>
internal sealed record Refused(int Status, JsonNode? Body = null, int? RetryAfterS = null);
