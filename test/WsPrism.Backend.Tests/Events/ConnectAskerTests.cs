using System.Text;
using Microsoft.Extensions.Logging;
using WsPrism.Backend.Events;
using WsPrism.Backend.Tests.Support;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Testing;

namespace WsPrism.Backend.Tests.Events;

public sealed class ConnectAskerTests
{
    private static readonly Identity Alice = new("alice ü") { Roles = ["captain", "x"] };

    [Theory]
    [InlineData(200, """{"allow":true}""", "Allowed")]
    [InlineData(200, """{"allow":true,"state":null}""", "Allowed")]
    [InlineData(200, """{"allow":false}""", "NotAllowed")]
    [InlineData(200, """{"allow":false,"state":1}""", "NotAllowed")]
    [InlineData(401, "", "AuthFailed")]
    [InlineData(403, "", "NotAllowed")]
    [InlineData(200, "", "Unavailable")]
    [InlineData(204, "", "Unavailable")]
    [InlineData(200, "{}", "Unavailable")]
    [InlineData(200, "nonsense", "Unavailable")]
    [InlineData(200, "true", "Unavailable")]
    [InlineData(200, """{"allow":"true"}""", "Unavailable")]
    [InlineData(200, """{"allow":1}""", "Unavailable")]
    [InlineData(200, """{"allow":true,"allow":true}""", "Unavailable")]
    [InlineData(200, """{"allow":true,"more":1}""", "Unavailable")]
    [InlineData(302, "", "Unavailable")]
    [InlineData(404, "", "Unavailable")]
    [InlineData(500, """{"allow":true}""", "Unavailable")]
    [InlineData(503, """{"allow":true}""", "Unavailable")]
    public async Task Only_a_clear_yes_lets_a_client_in(int status, string body, string outcome)
    {
        await using var backend = await TestBackend.AnsweringAsync(status == 204 ? "" : body, status);
        using var asker = Asker(backend.Url);

        var decision = await AskAsync(asker);

        Assert.Equal(outcome, $"{decision.Outcome}");
        Assert.Null(decision.State);
        Assert.Equal(1, asker[decision.Outcome]);
        Assert.Equal(0, asker.InFlight);
    }

    [Fact]
    public async Task The_request_says_who_wants_in_and_is_signed()
    {
        await using var backend = await TestBackend.AnsweringAsync("""{"allow":true}""");
        using var asker = Asker(backend.Url);

        await AskAsync(asker);

        var hook = backend.Hooks.Single();
        Assert.Equal(
            $$"""{"event":"connect","tenant":"acme","user":"alice ü","roles":["captain","x"],"transport":"websocket","address":"192.0.2.1","origin":"https://x.example","time_ms":{{hook.Json.GetProperty("time_ms")}}}""",
            hook.Text);
        Assert.Equal(("wsprism.connect", "alice%20%C3%BC"), (hook["ce-type"], hook["ce-subject"]));
        Assert.Equal(
            new WebhookSigner(Hooked.Secret).Sign(hook.Id, long.Parse(hook["Webhook-Timestamp"], System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetBytes(hook.Text)),
            hook["Webhook-Signature"]);
    }

    [Theory]
    [InlineData(Session.MaxStateBytes, "Allowed")]
    [InlineData(Session.MaxStateBytes + 1, "Unavailable")]
    public async Task The_state_is_bounded(int length, string outcome)
    {
        var state = $"\"{new string('s', length - 2)}\"";
        await using var backend = await TestBackend.AnsweringAsync($$"""{"allow":true,"state":{{state}}}""");
        using var asker = Asker(backend.Url);

        var decision = await AskAsync(asker);

        Assert.Equal(outcome, $"{decision.Outcome}");
        Assert.Equal(outcome == "Allowed" ? state : null, decision.State is null ? null : Encoding.UTF8.GetString(decision.State));
    }

    [Fact]
    public async Task A_backend_that_never_answers_lets_nobody_in()
    {
        await using var backend = await TestBackend.StartAsync((_, http) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        using var asker = Asker(backend.Url, timeoutMs: 100);

        Assert.Equal(ConnectOutcome.Unavailable, (await AskAsync(asker)).Outcome);
    }

    [Fact]
    public async Task A_client_that_goes_is_not_waited_for()
    {
        await using var backend = await TestBackend.StartAsync((_, http) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        using var asker = Asker(backend.Url);
        using var gone = new CancellationTokenSource();
        var asked = asker.AskAsync(Alice, "192.0.2.1", "", "tcp", gone.Token);
        await Patience.UntilAsync(() => backend.Hooks.Count == 1);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked.WaitAsync(Patience.Long));
        Assert.Equal(0, asker.InFlight);
    }

    [Fact]
    public async Task A_backend_that_fails_is_spared()
    {
        await using var backend = await TestBackend.AnsweringAsync("", 500);
        using var asker = Asker(backend.Url);
        for (var i = 0; i < Breaker.MinRequests; i++)
        {
            await AskAsync(asker);
        }

        Assert.Equal(ConnectOutcome.Unavailable, (await AskAsync(asker)).Outcome);
        Assert.Equal(Breaker.MinRequests, backend.Hooks.Count);
    }

    private static Task<ConnectDecision> AskAsync(ConnectAsker asker) => asker.AskAsync(Alice, "192.0.2.1", "https://x.example", "websocket", CancellationToken.None);

    private static ConnectAsker Asker(string url, int timeoutMs = 30_000) => new(
        "acme", new EventsConfig { Url = url, Secret = Hooked.Secret, Connect = true, TimeoutMs = timeoutMs }, TimeProvider.System,
        new LogCollector(LogLevel.Debug).CreateLogger("WsPrism.Backend"));
}
