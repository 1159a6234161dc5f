using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

/// <summary>The OpenAPI document: each example in it is done, and the answer has the fields of the example.</summary>
public sealed class ApiDocumentTests
{
    [Fact]
    public async Task Every_example_is_answered_as_the_document_says()
    {
        const string Guest = "{id: NAME, auth: {dev_tickets: {g: \"user:g\"}}, policy: {ext_allowlist: [\"room:*\"]}}";
        const string Rooms = "[{match: lobby, history: {size: 10}}]";
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().Tenant("rooms", Rooms).More(Guest.Replace("NAME", "gone", StringComparison.Ordinal)));
        api.Gateway.Config = ApiUnderTest.WithKeys(new TestConfig().Tenant("rooms", Rooms).More(Guest.Replace("NAME", "beta", StringComparison.Ordinal)))
            .Gateway("drain_grace_ms", "1").Gateway("shards", "7").Tenant("policy.rate_limit_rps", "77000");
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("lobby");
        var session = alice.Authed.GetProperty("session").GetString()!;
        var document = await ReadAsync(api);

        // Those that close come last, and alice comes again for each.
        foreach (var (path, method, operation) in Operations(document).OrderBy(entry => entry.Method == "delete"))
        {
            if (method == "delete" && path.EndsWith("/sessions", StringComparison.Ordinal))
            {
                using var again = await api.Gateway.ConnectAsync("t-alice");
                await AskAsync(document, api, path, method, operation, session);
                continue;
            }

            await AskAsync(document, api, path, method, operation, session);
        }
    }

    [Fact]
    public async Task The_document_has_the_calls_that_there_are_and_every_reference_leads_somewhere()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var document = await ReadAsync(api);

        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        Assert.Equal(26, Operations(document).Count());
        Assert.Equal(Operations(document).Count(), Operations(document).Select(entry => entry.Operation.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.All(References(document), reference => Resolve(document, reference));
    }

    private static async Task<JsonElement> ReadAsync(ApiUnderTest api) =>
        JsonSerializer.Deserialize<JsonElement>((await api.AskAsync("GET", "/v1/openapi.json")).Body);

    private static IEnumerable<(string Path, string Method, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from member in path.Value.EnumerateObject()
        where member.Name != "parameters"
        select (path.Name, member.Name, member.Value);

    private static async Task AskAsync(JsonElement document, ApiUnderTest api, string path, string method, JsonElement operation, string session)
    {
        var parameters = document.GetProperty("components").GetProperty("parameters");
        var target = path.Replace("{session}", session, StringComparison.Ordinal);
        foreach (var name in new[] { "tenant", "room", "user" })
        {
            target = target.Replace($"{{{name}}}", Uri.EscapeDataString(parameters.GetProperty(name).GetProperty("example").GetString()!), StringComparison.Ordinal);
        }

        var (type, body) = operation.TryGetProperty("requestBody", out var request) ? BodyOf(request) : ("application/json", null);
        var answer = await api.AskAsync(method.ToUpperInvariant(), target, body, ApiUnderTest.OperatorKey, type);

        Assert.True(answer.Status == 200, $"{method} {target}: {answer.Status} {answer.Body}");
        var content = operation.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json");
        if (content.TryGetProperty("example", out var example))
        {
            AssertAlike(example, JsonSerializer.Deserialize<JsonElement>(answer.Body), $"{method} {target}");
        }
    }

    private static (string Type, byte[] Body) BodyOf(JsonElement request)
    {
        var content = request.GetProperty("content").EnumerateObject().Single();
        return content.Value.TryGetProperty("x-example-hex", out var hex)
            ? (content.Name, Convert.FromHexString(hex.GetString()!))
            : (content.Name, System.Text.Encoding.UTF8.GetBytes(content.Value.GetProperty("example").GetRawText()));
    }

    private static void AssertAlike(JsonElement example, JsonElement actual, string place)
    {
        Assert.True(example.ValueKind == actual.ValueKind, $"{place}: {example.ValueKind}, not {actual}");
        if (example.ValueKind == JsonValueKind.Object)
        {
            Assert.True(
                example.EnumerateObject().Select(field => field.Name).SequenceEqual(actual.EnumerateObject().Select(field => field.Name)), $"{place}: {actual}");
            foreach (var field in example.EnumerateObject())
            {
                AssertAlike(field.Value, actual.GetProperty(field.Name), $"{place} {field.Name}");
            }
        }
        else if (example.ValueKind == JsonValueKind.Array)
        {
            Assert.True(actual.GetArrayLength() > 0, place);
            foreach (var (first, second) in example.EnumerateArray().Zip(actual.EnumerateArray()))
            {
                AssertAlike(first, second, place);
            }
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(field => field.Name == "$ref" ? [field.Value.GetString()!] : References(field.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static JsonElement Resolve(JsonElement document, string reference) =>
        reference["#/".Length..].Split('/').Aggregate(document, (element, name) => element.GetProperty(name));
}
