using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

/// <summary>The market end to end (PROTOCOL §7): a publisher with its role, the backend, and subscribers of both forms.</summary>
public abstract class MarketTests(Wire wire)
{
    public sealed class OverWebSocket() : MarketTests(Wire.WebSocket);

    public sealed class OverTcp() : MarketTests(Wire.Tcp);

    [Fact]
    public async Task A_feed_is_published_subscribed_to_marked_stale_and_taken_over_by_the_backend()
    {
        await using var api = await ApiUnderTest.StartAsync(
            new TestConfig().Tenant("policy.ext_allowlist", "[\"market:*\", \"sys:*\"]").Tenant("policy.hot_allowlist", "[\"2:*\"]").Tenant("market", "{text_max_hz: 100, max_instruments: 3}"), wire);
        var ticket = JsonSerializer.Deserialize<JsonElement>(await api.OkAsync("POST", "/tickets", """{"user":"user:feed","roles":["publisher"]}""")).GetProperty("ticket").GetString()!;
        using var feed = await api.Gateway.ConnectAsync(ticket);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");

        // A value before anybody is there, and one that nobody but a publisher may send.
        await feed.SendHotAsync("02 01 04 07000000 7b7d");
        await feed.IsQuietAsync();
        await alice.SendHotAsync("02 01 04 07000000 ff");
        Assert.Equal("NOT_ALLOWED", await alice.ExpectErrorAsync());

        await alice.SendTextAsync("""{"svc":"market","type":"subscribe","data":{"keys":[7,8]},"id":1}""");
        Assert.Equal("""{"keys":2,"empty":[8],"stale":[]}""", (await alice.ExpectAsync("sys", "ack")).GetProperty("data").GetRawText());
        Assert.Equal("020105" + "01000000" + "07000000" + "7b7d", await alice.ExpectHotAsync());
        await bob.SendTextAsync("""{"svc":"market","type":"subscribe","data":{"keys":[7],"format":"json"},"id":1}""");
        await bob.ExpectAsync("sys", "ack");
        Assert.Equal("""{"values":[{"key":7,"op":1,"seq":1,"data":{}}]}""", (await bob.ExpectAsync("market", "update")).GetProperty("data").GetRawText());

        await feed.SendHotAsync("02 01 24 07000000 31");
        Assert.Equal("020125" + "02000000" + "07000000" + "31", await alice.ExpectHotAsync());
        Assert.Equal("""{"values":[{"key":7,"op":1,"seq":2,"data":1}]}""", (await bob.ExpectAsync("market", "update")).GetProperty("data").GetRawText());

        // Who published it goes; the backend takes over.
        await feed.SendAsync(ClientFrame.CloseWith(1000));
        Assert.Equal("""{"keys":[7]}""", (await alice.ExpectAsync("market", "stale")).GetProperty("data").GetRawText());
        Assert.Equal("""{"keys":[7]}""", (await bob.ExpectAsync("market", "stale")).GetProperty("data").GetRawText());
        Assert.Equal("""{"receivers":2}""", await FrameAsync(api, "02 01 04 07000000 32"));
        Assert.Equal("020105" + "03000000" + "07000000" + "32", await alice.ExpectHotAsync());
        Assert.Equal("""{"keys":[7]}""", (await alice.ExpectAsync("market", "live")).GetProperty("data").GetRawText());
        Assert.Equal("""[{"receivers":1},{"receivers":0}]""", await api.OkAsync(
            "POST", "/batch", $$"""[{"to":{"all":true},"frame_base64":"{{Base64("02 01 04 08000000 33")}}"},{"to":{"all":true},"frame_base64":"{{Base64("02 01 04 09000000 34")}}"}]"""));
        Assert.Equal("020105" + "01000000" + "08000000" + "33", await alice.ExpectHotAsync());

        var answer = await api.AskAsync("POST", "/v1/tenants/acme/frames", Convert.FromHexString("0201040a00000035"), ApiUnderTest.AcmeKey, "application/octet-stream");
        Assert.Equal("503 RESOURCE_EXHAUSTED: The market has as many instruments, or this one as many opcodes, as may be.", ApiUnderTest.ProblemOf(answer));
        answer = await api.AskAsync("POST", "/v1/tenants/acme/frames", Convert.FromHexString("02010407000000" + new string('0', 2_050)), ApiUnderTest.AcmeKey, "application/octet-stream");
        Assert.Equal("413 PAYLOAD_TOO_LARGE: The body has a value of the market longer than 1024 bytes.", ApiUnderTest.ProblemOf(answer));

        await alice.SendTextAsync("""{"svc":"market","type":"unsubscribe","data":{"keys":[7]},"id":2}""");
        Assert.Equal("""{"keys":1}""", (await alice.ExpectAsync("sys", "ack")).GetProperty("data").GetRawText());
        Assert.Equal("""{"receivers":1}""", await FrameAsync(api, "02 01 04 07000000 36"));
        await alice.IsQuietAsync();

        var metrics = await api.Gateway.MetricsAsync();
        Assert.Equal((3, 0, 2, 6, 1), (Of("instruments"), Of("stale_instruments"), Of("subscriptions"), Of("updates_total"), Of("refused_total")));

        double Of(string name) => metrics.Sum($"wsprism_market_{name}", ("tenant", "acme"));
    }

    private static async Task<string> FrameAsync(ApiUnderTest api, string hex) =>
        (await api.AskAsync("POST", "/v1/tenants/acme/frames", Bytes(hex), ApiUnderTest.AcmeKey, "application/octet-stream")).Body;

    private static string Base64(string hex) => Convert.ToBase64String(Bytes(hex));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
