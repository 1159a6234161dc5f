using System.Net;
using System.Net.Sockets;
using Polly.CircuitBreaker;
using WsPrism.Backend.Tests.Support;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Answers;

namespace WsPrism.Backend.Tests.Webhooks;

public sealed class WebhookTroubleTests
{
    [Theory]
    [InlineData(500, "INTERNAL")]
    [InlineData(501, "INTERNAL")]
    [InlineData(400, "BAD_REQUEST")]
    [InlineData(422, "BAD_REQUEST")]
    [InlineData(403, "NOT_ALLOWED")]
    [InlineData(413, "PAYLOAD_TOO_LARGE")]
    [InlineData(401, "SERVICE_UNAVAILABLE")]
    [InlineData(404, "SERVICE_UNAVAILABLE")]
    public async Task Statuses_that_are_not_repeated(int status, string code)
    {
        await using var backend = await TestBackend.AnsweringAsync("secret details", status);
        using var hooked = Hooked.Start(backend);

        var error = await hooked.AskAsync(hooked.Connect("alice"));

        Assert.Equal(code, error.Code);
        Assert.DoesNotContain("secret", error.Data.GetRawText(), StringComparison.Ordinal);
        Assert.Single(backend.Hooks);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_was_not_acted_on_is_repeated_under_the_same_id(int status)
    {
        await using var backend = await TestBackend.AnsweringAsync("", status);
        using var hooked = Hooked.Start(backend, service => service with { Retries = 2 });

        var error = await hooked.AskAsync(hooked.Connect("alice"));

        Assert.Equal("SERVICE_UNAVAILABLE", error.Code);
        Assert.Equal(3, backend.Hooks.Count);
        Assert.Single(backend.Hooks.Select(hook => hook.Id).Distinct());
    }

    [Fact]
    public async Task The_last_repetition_may_be_the_good_one()
    {
        var left = 2;
        await using var backend = await TestBackend.StartAsync((_, http) => TestBackend.AnswerAsync(http, "", Interlocked.Decrement(ref left) >= 0 ? 503 : 200));
        using var hooked = Hooked.Start(backend, service => service with { Retries = 2 });

        Assert.Equal("sys.ack", (await hooked.AskAsync(hooked.Connect("alice"))).Name);
        Assert.Equal(1, hooked.Service.Counters[WebhookOutcome.Ok]);
        Assert.Equal(3, hooked.Service.Counters.Requests);
    }

    [Fact]
    public async Task Without_retries_nothing_is_repeated()
    {
        await using var backend = await TestBackend.AnsweringAsync("", 503);
        using var hooked = Hooked.Start(backend, service => service with { Retries = 0 });

        Assert.Equal("SERVICE_UNAVAILABLE", (await hooked.AskAsync(hooked.Connect("alice"))).Code);
        Assert.Single(backend.Hooks);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"reply\":")]
    [InlineData("{\"repyl\":1}")]
    public async Task A_wrong_answer_is_a_fault_that_is_logged_and_never_tried_again(string body)
    {
        await using var backend = await TestBackend.AnsweringAsync(body);
        using var hooked = Hooked.Start(backend);
        var alice = hooked.Connect("alice");

        Assert.Equal("INTERNAL", (await hooked.AskAsync(alice)).Code);
        Assert.Equal("INTERNAL", (await hooked.AskAsync(alice)).Code);

        Assert.Single(backend.Hooks);
        Assert.Contains(hooked.Gateway.Log.Entries, entry => entry.Message.Contains("wrong answer", StringComparison.Ordinal));
        Assert.Equal(1, hooked.Service.Counters[WebhookOutcome.BadAnswer]);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await TestBackend.AnsweringAsync("{}");
        await using var backend = await TestBackend.StartAsync((_, http) =>
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = elsewhere.Url;
            return Task.CompletedTask;
        });
        using var hooked = Hooked.Start(backend);

        Assert.Equal("SERVICE_UNAVAILABLE", (await hooked.AskAsync(hooked.Connect("alice"))).Code);
        Assert.Empty(elsewhere.Hooks);
        Assert.Equal(1, hooked.Service.Counters[WebhookOutcome.Redirect]);
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        await using var backend = await TestBackend.StartAsync((_, http) =>
        {
            http.Response.Cookies.Append("session", "x");
            return Task.CompletedTask;
        });
        using var hooked = Hooked.Start(backend);
        var alice = hooked.Connect("alice");

        await hooked.AskAsync(alice, id: "1");
        await hooked.AskAsync(alice, id: "2");

        Assert.DoesNotContain("cookie", backend.Hooks[1].Headers.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_gigabyte_is_not_read(bool tellsLength)
    {
        await using var backend = await TestBackend.StartAsync(async (_, http) =>
        {
            http.Response.ContentLength = tellsLength ? 1L << 30 : null;
            var block = new byte[65_536];
            for (var i = 0; i < 16_384; i++)
            {
                await http.Response.Body.WriteAsync(block, http.RequestAborted);
            }
        });
        using var hooked = Hooked.Start(backend);

        Assert.Equal("INTERNAL", (await hooked.AskAsync(hooked.Connect("alice"))).Code);
        Assert.Equal(1, hooked.Service.Counters[WebhookOutcome.TooLarge]);
    }

    [Theory]
    [InlineData(ServiceAnswer.MaxBytes, "sys.ack", true)]
    [InlineData(ServiceAnswer.MaxBytes + 1, "sys.error", true)]
    [InlineData(ServiceAnswer.MaxBytes, "sys.ack", false)]
    [InlineData(ServiceAnswer.MaxBytes + 1, "sys.error", false)]
    public async Task The_longest_answer_is_read_and_one_byte_more_is_not(int length, string name, bool tellsLength)
    {
        await using var backend = await TestBackend.StartAsync(async (_, http) =>
        {
            http.Response.ContentLength = tellsLength ? length : null;
            await http.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes("{}".PadRight(length)));
        });
        using var hooked = Hooked.Start(backend);

        Assert.Equal(name, (await hooked.AskAsync(hooked.Connect("alice"))).Name);
    }

    [Fact]
    public async Task A_backend_that_never_answers_is_a_timeout()
    {
        await using var backend = await TestBackend.StartAsync((_, http) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        using var hooked = Hooked.Start(backend, service => service with { TimeoutMs = 200 });

        Assert.Equal("TIMEOUT", (await hooked.AskAsync(hooked.Connect("alice"))).Code);
        Assert.Equal(1, hooked.Service.Counters[WebhookOutcome.Timeout]);
    }

    [Fact]
    public async Task A_backend_that_answers_too_slowly_is_a_timeout()
    {
        await using var backend = await TestBackend.StartAsync(async (_, http) =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(" "u8.ToArray(), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, http.RequestAborted);
            }
        });
        using var hooked = Hooked.Start(backend, service => service with { TimeoutMs = 2_000 });

        Assert.Equal("TIMEOUT", (await hooked.AskAsync(hooked.Connect("alice"))).Code);
    }

    [Fact]
    public async Task A_message_whose_time_is_over_before_its_turn_is_not_sent()
    {
        await using var backend = await TestBackend.StartAsync((_, http) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        using var hooked = Hooked.Start(backend, service => service with { TimeoutMs = 200, MaxInFlight = 1 });
        var (alice, bob) = (hooked.Connect("alice"), hooked.Connect("bob"));
        alice.Send("test", "ask", id: "1");
        bob.Send("test", "ask", id: "1");

        await hooked.Gateway.UntilAsync(() => bob.Envelopes.Any(envelope => envelope.Name == "sys.error"));

        // Sent in its very last moment it is a timeout.
        Assert.Contains(bob.NextEnvelope().Code, new[] { "SERVICE_UNAVAILABLE", "TIMEOUT" });
        Assert.Equal("TIMEOUT", alice.NextEnvelope().Code);
    }

    [Fact]
    public async Task A_connection_that_ends_early_may_have_been_acted_on()
    {
        await using var backend = await TestBackend.StartAsync((_, http) =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        using var hooked = Hooked.Start(backend);

        Assert.Equal("INTERNAL", (await hooked.AskAsync(hooked.Connect("alice"))).Code);
        Assert.Single(backend.Hooks);
        Assert.Equal(1, hooked.Service.Counters[WebhookOutcome.Broken]);
    }

    [Fact]
    public async Task An_answer_that_ends_early_may_have_been_acted_on()
    {
        await using var backend = await TestBackend.StartAsync(async (_, http) =>
        {
            http.Response.ContentLength = 100;
            await http.Response.Body.WriteAsync("{}"u8.ToArray());
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        using var hooked = Hooked.Start(backend);

        Assert.Equal("INTERNAL", (await hooked.AskAsync(hooked.Connect("alice"))).Code);
    }

    [Fact]
    public async Task Nobody_at_the_url_is_unavailable()
    {
        // A port that was free a moment ago.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var hooked = Hooked.Start($"http://127.0.0.1:{port}/", service => service with { Retries = 1 });

        Assert.Equal("SERVICE_UNAVAILABLE", (await hooked.AskAsync(hooked.Connect("alice"))).Code);
        Assert.Equal(1, hooked.Service.Counters[WebhookOutcome.Unreachable]);
        Assert.Equal(2, hooked.Service.Counters.Requests);
    }

    [Fact]
    public async Task The_breaker_opens_on_a_backend_that_fails_and_closes_on_one_that_is_good_again()
    {
        await using var backend = await TestBackend.AnsweringAsync("", 500);
        using var hooked = Hooked.Start(backend, isManual: true);
        var alice = hooked.Connect("alice");
        for (var i = 0; i < Breaker.MinRequests; i++)
        {
            Assert.Equal("INTERNAL", (await hooked.AskAsync(alice, id: $"{i}")).Code);
        }

        // Open: refused within the call, and nothing is sent.
        Assert.Equal("SERVICE_UNAVAILABLE", alice.Send("test", "ask", id: "100").NextEnvelope().Code);
        Assert.Equal((Breaker.MinRequests, CircuitState.Open), (backend.Hooks.Count, hooked.Service.Breaker.State));

        // One is tried, and the backend is still bad.
        hooked.Gateway.Advance((long)Breaker.Break.TotalMilliseconds, atOnce: true);
        Assert.Equal("INTERNAL", (await hooked.AskAsync(alice, id: "101")).Code);
        Assert.Equal("SERVICE_UNAVAILABLE", alice.Send("test", "ask", id: "102").NextEnvelope().Code);

        // One is tried, and it is good.
        backend.Handle = (_, http) => TestBackend.AnswerAsync(http, "");
        hooked.Gateway.Advance((long)Breaker.Break.TotalMilliseconds, atOnce: true);
        Assert.Equal("sys.ack", (await hooked.AskAsync(alice, id: "103")).Name);
        Assert.Equal("sys.ack", (await hooked.AskAsync(alice, id: "104")).Name);
        Assert.Equal((Breaker.MinRequests + 3, CircuitState.Closed), (backend.Hooks.Count, hooked.Service.Breaker.State));
        Assert.Equal(2, hooked.Service.Counters[WebhookOutcome.BreakerOpen]);
    }

    [Fact]
    public async Task One_failure_less_leaves_the_breaker_closed()
    {
        await using var backend = await TestBackend.AnsweringAsync("", 500);
        using var hooked = Hooked.Start(backend, isManual: true);
        var alice = hooked.Connect("alice");
        for (var i = 0; i < Breaker.MinRequests - 1; i++)
        {
            await hooked.AskAsync(alice, id: $"{i}");
        }

        Assert.Equal(CircuitState.Closed, hooked.Service.Breaker.State);
    }

    [Fact]
    public async Task What_a_client_does_wrong_does_not_open_the_breaker()
    {
        await using var backend = await TestBackend.AnsweringAsync("", 400);
        using var hooked = Hooked.Start(backend, isManual: true);
        var alice = hooked.Connect("alice");
        for (var i = 0; i < 3 * Breaker.MinRequests; i++)
        {
            Assert.Equal("BAD_REQUEST", (await hooked.AskAsync(alice, id: $"{i}")).Code);
        }

        Assert.Equal(CircuitState.Closed, hooked.Service.Breaker.State);
    }
}
