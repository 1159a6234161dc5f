using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Backend.Tickets;
using WsPrism.Core.Configuration;
using WsPrism.Gateway.Tests.Support;
using WsPrism.Testing;

namespace WsPrism.Gateway.Tests.Handshake;

/// <summary>Keys that the issuer publishes: <c>auth.jwt.jwks_url</c>.</summary>
public sealed class PublishedKeyTests
{
    private static readonly ECDsa First = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly ECDsa Second = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task A_published_key_opens_and_a_new_one_is_found_when_it_is_needed()
    {
        var keys = Set(("a", First));
        await using var issuer = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(http, keys));
        await using var gateway = await GatewayUnderTest.StartAsync(Config(issuer));
        using var alice = await gateway.ConnectAsync(Ticket("a", First));

        Assert.Equal(401, await AskAsync(gateway, Ticket("b", Second)));
        Assert.Equal(401, await AskAsync(gateway, Ticket("a", Second)));
        Assert.Equal(1, issuer.Requests);
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(1, metrics.Sum("wsprism_jwks_reads_total", ("tenant", "acme"), ("result", "ok")));
        Assert.InRange(metrics.Sum("wsprism_jwks_age_seconds", ("tenant", "acme")), 0, 60);
        Assert.Equal(1, metrics.Sum("wsprism_ticket_failures_total", ("tenant", "acme"), ("reason", "unknown_key")));
    }

    [Fact]
    public async Task Without_the_issuer_the_gateway_starts_and_keys_of_the_file_are_good()
    {
        await using var issuer = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(http, "", 500));
        await using var gateway = await GatewayUnderTest.StartAsync(
            new TestConfig().Tenant("auth.jwt", $$"""{jwks_url: "{{issuer.Url}}/keys", keys: [{kid: k1, alg: HS256, secret: "{{TicketMint.Secret}}"}]}"""));

        using var alice = await gateway.ConnectAsync(TicketMint.Ticket("alice", TimeProvider.System.GetUtcNow().AddHours(1)));
        var answer = await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=acme&ticket={Ticket("a", First)}", WsClient.UpgradeHeaders));
        Assert.Equal((503, "SERVICE_UNAVAILABLE"), (answer.Status, answer.Code));
        Assert.NotNull(answer.Header("retry-after"));
        Assert.Single(gateway.Log.Lines, line => line.Contains("The issuer's keys cannot be read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_comes_first_waits_for_the_first_reading_all_for_the_same()
    {
        var release = new TaskCompletionSource();
        await using var issuer = await BackendStub.StartAsync(async http =>
        {
            await release.Task;
            await BackendStub.AnswerAsync(http, Set(("a", First)));
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Config(issuer));
        var waiting = gateway.Host.Node.FindTenant("acme")!.Waiting;
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.KnockAsync(Ticket("a", First))));
        await Patience.UntilAsync(() => waiting.Count == 20, "all wait");

        release.SetResult();

        foreach (var client in clients)
        {
            await (await client.OpenedAsync()).GreetedAsync();
            client.Dispose();
        }

        Assert.Equal(1, issuer.Requests);
    }

    [Fact]
    public async Task Keys_are_read_again_and_old_ones_outlive_an_outage()
    {
        var time = new ManualTime();
        var (answer, status) = (Set(("a", First)), 200);
        await using var issuer = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(http, answer, status));
        using var keys = Keys(issuer, time);
        await SettleAsync(keys, reads: 1);
        var before = keys.Current![0];

        time.Advance(299_999);
        Assert.Equal(1, issuer.Requests);
        time.Advance(1);
        await SettleAsync(keys, reads: 2);
        Assert.Same(before, keys.Current[0]);

        status = 500;
        time.Advance(300_000);
        await SettleAsync(keys, reads: 2, failures: 1);
        time.Advance(1_000);
        await SettleAsync(keys, reads: 2, failures: 2);
        time.Advance(1_999);
        Assert.Equal(4, issuer.Requests);
        Assert.Equal(["a"], keys.Current!.Select(key => key.Kid));

        (answer, status) = (Set(("b", Second)), 200);
        time.Advance(1);
        await SettleAsync(keys, reads: 3, failures: 2);
        Assert.Equal(["b"], keys.Current!.Select(key => key.Kid));
        Assert.Equal(TimeSpan.Zero, keys.Status.Age);
    }

    [Fact]
    public async Task An_unknown_key_has_them_read_at_once_but_not_at_every_ticket()
    {
        var time = new ManualTime();
        await using var issuer = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(http, Set(("a", First))));
        using var keys = Keys(issuer, time);
        await SettleAsync(keys, reads: 1);

        time.Advance(PublishedKeys.QuietTime - TimeSpan.FromMilliseconds(1));
        Assert.False(keys.MayHaveMore);
        await keys.AskAsync(CancellationToken.None);
        Assert.Equal(1, issuer.Requests);

        time.Advance(1);
        Assert.True(keys.MayHaveMore);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => keys.AskAsync(CancellationToken.None)));
        Assert.Equal(2, issuer.Requests);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("redirect")]
    [InlineData("endless")]
    [InlineData("silent")]
    [InlineData("cut")]
    public async Task What_is_no_set_of_keys_changes_nothing(string kind)
    {
        var time = new ManualTime();
        await using var issuer = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(http, Set(("a", First))));
        using var keys = Keys(issuer, time);
        await SettleAsync(keys, reads: 1);

        issuer.Handle = async http =>
        {
            switch (kind)
            {
                case "redirect":
                    http.Response.Redirect("/elsewhere");
                    break;
                case "endless":
                    while (!http.RequestAborted.IsCancellationRequested)
                    {
                        await http.Response.Body.WriteAsync(new byte[65_536], http.RequestAborted);
                    }

                    break;
                case "silent":
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
                    break;
                case "cut":
                    await http.Response.Body.WriteAsync("{"u8.ToArray());
                    await http.Response.Body.FlushAsync();
                    http.Abort();
                    break;
                default:
                    await BackendStub.AnswerAsync(http, kind);
                    break;
            }
        };
        time.Advance(300_000);
        await Patience.UntilAsync(() => issuer.Requests == 2, "it is asked");
        if (kind == "silent")
        {
            time.Advance(PublishedKeys.Patience);
        }

        await SettleAsync(keys, reads: 1, failures: 1);
        Assert.Equal(["a"], keys.Current!.Select(key => key.Kid));
    }

    [Fact]
    public async Task A_reload_keeps_who_is_configured_the_same_and_ends_the_others()
    {
        var time = new ManualTime();
        await using var issuer = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(http, Set(("a", First))));
        using var backends = new TicketBackends(time, NullLogger.Instance);
        var tenant = new TenantConfig { Id = "acme", Auth = new AuthConfig { Jwt = Jwt(issuer), Webhook = new AuthWebhookConfig { Url = issuer.Url } } };

        var (keys, judge) = ((PublishedKeys)backends.KeysOf(tenant)!, backends.JudgeOf(tenant));
        await SettleAsync(keys, reads: 1);
        Assert.Same(keys, backends.KeysOf(tenant with { Limits = new LimitsConfig { MaxSessionsTotal = 7 } }));
        Assert.Same(judge, backends.JudgeOf(tenant with { Limits = new LimitsConfig { MaxSessionsTotal = 7 } }));
        Assert.NotSame(judge, backends.JudgeOf(tenant with { Auth = tenant.Auth with { Webhook = new AuthWebhookConfig { Url = issuer.Url, TimeoutMs = 60 } } }));
        Assert.NotSame(keys, backends.KeysOf(tenant with { Id = "zeta" }));

        backends.Retain([]);
        var asked = issuer.Requests;
        time.Advance(300_000);
        Assert.Equal(asked, issuer.Requests);
    }

    private static PublishedKeys Keys(BackendStub issuer, ManualTime time) => new("acme", Jwt(issuer), time, NullLogger.Instance);

    private static JwtConfig Jwt(BackendStub issuer) => new() { JwksUrl = $"{issuer.Url}/keys" };

    private static Task SettleAsync(PublishedKeys keys, int reads, int failures = 0) =>
        Patience.UntilAsync(() => keys.Status is var status && (status.Reads, status.Failures) == (reads, failures), $"{reads} readings and {failures} failures");

    private static TestConfig Config(BackendStub issuer) => new TestConfig().Tenant("auth.dev_tickets", "{}").Tenant("auth.jwt", $$"""{jwks_url: "{{issuer.Url}}/keys"}""");

    private static async Task<int> AskAsync(GatewayUnderTest gateway, string ticket) =>
        (await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=acme&ticket={ticket}", WsClient.UpgradeHeaders))).Status;

    private static string Ticket(string kid, ECDsa key) => TicketMint.Sign(
        $$"""{"alg":"ES256","kid":"{{kid}}"}""", $$"""{"sub":"alice","exp":{{TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}""",
        signed => key.SignData(signed, HashAlgorithmName.SHA256));

    private static string Set(params (string Kid, ECDsa Key)[] keys) => $$"""{"keys":[{{string.Join(',', keys.Select(Write))}}]}""";

    private static string Write((string Kid, ECDsa Key) key)
    {
        var q = key.Key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","kid":"{{key.Kid}}","use":"sig","x":"{{TicketMint.Encode(q.X)}}","y":"{{TicketMint.Encode(q.Y)}}"}""";
    }
}
