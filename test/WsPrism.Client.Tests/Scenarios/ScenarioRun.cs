using System.Diagnostics;
using System.Text.Json.Nodes;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Scenarios;

/// <summary>Plays one scenario: the steps one after the other, on the client and on the gateway. A step, a field or an option that it does not know fails.</summary>
internal sealed class ScenarioRun : IAsyncDisposable
{
    private readonly MockGateway _gateway = new();
    private readonly Dictionary<string, JsonNode?> _variables = new(StringComparer.Ordinal);
    private readonly Scenario _scenario;
    private readonly ClientDriver _driver;
    private MockConnection? _connection;
    private long _budgetAt;

    public ScenarioRun(Scenario scenario)
    {
        _scenario = scenario;
        _driver = new ClientDriver(_gateway.Url, scenario.Options);
    }

    public async Task PlayAsync()
    {
        JsonObject[] steps = [.. Opening(), .. _scenario.Steps];
        for (var i = 0; i < steps.Length; i++)
        {
            // States that are set in a row are set before the client has its turn.
            if ((string?)steps[i]["client"] == "conflate")
                _driver.Time.Hold();
            else
                _driver.Time.Release();

            try
            {
                await StepAsync(steps[i]);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"step {i + 1} {JsonMatch.Show(steps[i])}: {exception.Message}", exception);
            }
        }

        _driver.Time.Release();
        NothingLeft();
    }

    public async ValueTask DisposeAsync()
    {
        _driver.Time.Release();
        _connection?.Cut();
        await _driver.Client.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    private IEnumerable<JsonObject> Opening()
    {
        if (_scenario.Opened is not { } opened)
            yield break;

        yield return new JsonObject { ["client"] = "connect" };
        yield return new JsonObject { ["gateway"] = "accepts" };
        var greets = opened.DeepClone().AsObject();
        greets["gateway"] = "greets";
        yield return greets;
        foreach (var state in new[] { "connecting", "open" })
            yield return Sees("state", new JsonObject { ["state"] = state });
        yield return Sees("session", []);
        foreach (var lane in new[] { "ext", "hot" })
            yield return Sees("budget", new JsonObject { ["lane"] = lane });
    }

    private static JsonObject Sees(string @event, JsonObject with) => new() { ["client"] = "sees", ["event"] = @event, ["with"] = with };

    // What nobody expected is a mistake too: a message sent twice, an attempt after the end.
    private void NothingLeft()
    {
        while (_connection?.Heard.Reader.TryRead(out var heard) == true)
        {
            // One that came before the step that answers or ignores them.
            if (heard.Kind == "text" && heard.Text.Contains("\"type\":\"ping\"", StringComparison.Ordinal) && (_connection.SkewMs is not null || _connection.IgnoresPings))
                continue;

            Assert.False(heard.Kind is "text" or "frame", $"the gateway heard more than it should: {heard}");
        }

        if (_driver.Client.State == ClientState.Closed)
            Assert.False(_gateway.Attempts.Reader.TryRead(out _), "a closed client connected");
    }

    private Task StepAsync(JsonObject step) => step["client"] is { } client ? ClientAsync((string)client!, step) : GatewayAsync((string)step["gateway"]!, step);

    private async Task ClientAsync(string what, JsonObject step)
    {
        var told = new JsonObject(step.Where(field => field.Key is not ("with" or "error") && !(field.Key == "data" && what == "result"))
            .Select(field => KeyValuePair.Create(field.Key, JsonMatch.Substitute(field.Value, _variables))));
        switch (what)
        {
            case "connect": _driver.Connect(); break;
            case "close": _driver.Close(); break;
            case "request": _driver.Request(told); break;
            case "abort": _driver.Abort((string)step["as"]!); break;
            case "send": Check(step["outcome"] ?? "sent", _driver.Send(told)); break;
            case "send_until": await SendUntilAsync(step); break;
            case "hot_send": Check(step["outcome"] ?? "sent", _driver.HotSend(told)); break;
            case "hot_request": _driver.HotRequest(told); break;
            case "conflate": Check(step["outcome"] ?? "queued", _driver.Conflate(told)); break;
            case "call": _driver.Call(told); break;
            case "result": await ResultAsync(step); break;
            case "sees": Check(step["with"] ?? new JsonObject(), await _driver.Events((string)step["event"]!).TakeAsync($"the event {step["event"]}")); break;
            case "stats": await Patience.UntilAsync(() => Differs(step["with"], _driver.Stats()) is null, () => $"stats are {JsonMatch.Show(_driver.Stats())}"); break;
            case "position": await Patience.UntilAsync(() => Differs(step["with"], _driver.Position((string)step["room"]!)) is null, () => $"the position is {JsonMatch.Show(_driver.Position((string)step["room"]!))}"); break;
            case "clock": await ClockAsync((long)step["skew_ms"]!); break;
            default: throw new InvalidDataException($"no such step of a client: {what}");
        }
    }

    private async Task GatewayAsync(string what, JsonObject step)
    {
        var times = (int?)step["times"] ?? 1;
        switch (what)
        {
            case "accepts": await AcceptAsync(step); break;
            case "refuses": await RefuseAsync(step); break;
            case "greets": await GreetAsync("authed", step, new JsonObject { ["tenant"] = "demo", ["user"] = "user:alice" }); break;
            case "resumes": await GreetAsync("resumed", step, new JsonObject { ["position"] = 0, ["replayed"] = 0 }); break;
            case "says": await RepeatAsync(times, () => _connection!.TextAsync(Envelope(step["envelope"]!))); break;
            case "says_text": await RepeatAsync(times, () => _connection!.TextAsync((string)step["text"]!)); break;
            case "says_frame": await RepeatAsync(times, () => _connection!.FrameAsync(HotJson.ToBytes(JsonMatch.Substitute(step, _variables)!.AsObject()))); break;
            case "writes": await RepeatAsync(times, () => _connection!.RawAsync(Convert.FromHexString((string)step["hex"]!))); break;
            case "closes": await _connection!.CloseAsync((int)step["code"]!, (string?)step["reason"] ?? string.Empty); break;
            case "cuts": _connection!.Cut(); break;
            case "pings":
                await _connection!.PingAsync();
                await _connection.Pongs.TakeAsync("a pong");
                break;
            case "stops_reading": _connection!.Pause(); break;
            case "reads": _connection!.Resume(); break;
            case "answers_pings": _connection!.SkewMs = (long?)step["skew_ms"] ?? 0; break;
            case "ignores_pings": _connection!.IgnoresPings = true; break;
            case "hears": Check(step["envelope"], JsonNode.Parse((await HearAsync("text")).Text)); break;
            case "hears_frame": Check(step["frame"], HotJson.FromBytes((await HearAsync("frame")).Bytes!)); break;
            case "hears_frames": await HearFramesAsync(step); break;
            case "hears_close": Check(step["code"], (await HearAsync("close")).Code); break;
            case "connection_ends": await EndsAsync(); break;
            default: throw new InvalidDataException($"no such step of a gateway: {what}");
        }
    }

    private async Task AcceptAsync(JsonObject step)
    {
        var attempt = await _gateway.Attempts.TakeAsync("a connection");
        Check(step["with"] ?? new JsonObject(), Told(attempt));
        _connection = await attempt.AcceptAsync();
    }

    private async Task RefuseAsync(JsonObject step)
    {
        var attempt = await _gateway.Attempts.TakeAsync("a connection");
        Check(step["with"] ?? new JsonObject(), Told(attempt));
        if ((bool?)step["cut"] != true)
        {
            _gateway.Preflight = Answer(step);
            await attempt.RefuseAsync(_gateway.Preflight);
            return;
        }

        _gateway.Preflight = step["preflight"] switch
        {
            null => new Refused(426),
            JsonObject answer => Answer(answer),
            var cut => (string)cut! == "cut" ? null : throw new InvalidDataException("no such preflight"),
        };
        attempt.Cut();
    }

    private static Refused Answer(JsonObject answer) => new((int)answer["status"]!, answer["body"]?.DeepClone(), (int?)answer["retry_after_s"]);

    private static JsonObject Told(Attempt attempt) => new()
    {
        ["tenant"] = attempt.Tenant,
        ["ticket"] = attempt.Ticket,
        ["resume"] = attempt.Resume,
        ["position"] = attempt.Position is { } position ? JsonNode.Parse(position) : null,
    };

    private async Task GreetAsync(string type, JsonObject step, JsonObject terms)
    {
        foreach (var (name, value) in new (string, JsonNode)[]
            { ("session", "S1"), ("handle", 17), ("ping_interval_ms", 20000), ("idle_timeout_ms", 60000), ("max_frame_bytes", 65536), ("server_time_ms", 1760000000000) })
            terms[name] = value;
        foreach (var (name, value) in JsonMatch.Substitute(step["data"] ?? new JsonObject(), _variables)!.AsObject())
            terms[name] = value?.DeepClone();

        _budgetAt = Stopwatch.GetTimestamp();
        await _connection!.TextAsync(new JsonObject { ["v"] = 1, ["svc"] = "sys", ["type"] = type, ["data"] = terms, ["trace_id"] = "0123456789abcdef0123456789abcdef" }.ToJsonString());
        foreach (var lane in new[] { "ext", "hot" })
        {
            var budget = step["budget"]?.DeepClone().AsObject() ?? new JsonObject { ["rps"] = 200, ["burst"] = 400 };
            budget["lane"] = lane;
            await _connection.TextAsync(new JsonObject { ["v"] = 1, ["svc"] = "sys", ["type"] = "budget", ["data"] = budget }.ToJsonString());
        }
    }

    private string Envelope(JsonNode envelope)
    {
        var said = new JsonObject { ["v"] = 1 };
        foreach (var (name, value) in JsonMatch.Substitute(envelope, _variables)!.AsObject())
            said[name] = value?.DeepClone();

        return said.ToJsonString();
    }

    private async Task RepeatAsync(int times, Func<Task> act)
    {
        for (var i = 0; i < times && _connection!.IsWritable; i++)
        {
            _variables["$i"] = i;
            _variables["$i_text"] = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await act();
        }

        _variables.Remove("$i");
        _variables.Remove("$i_text");
    }

    private async Task SendUntilAsync(JsonObject step)
    {
        var message = new JsonObject
        {
            ["svc"] = (string)step["svc"]!,
            ["type"] = (string)step["type"]!,
            ["data"] = new JsonObject { ["filler"] = new string('x', (int)step["data_bytes"]!) },
        };
        var outcome = (string)step["outcome"]!;
        var since = Stopwatch.GetTimestamp();
        for (var i = 0; i < (int)step["at_most"]!;)
        {
            // The client sends beside this: for a moment it may only be slower than the application.
            var became = _driver.Send(message);
            if (became == outcome && Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(1))
                return;

            if (became == outcome)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
                continue;
            }

            Check("sent", became);
            since = Stopwatch.GetTimestamp();
            i++;
        }

        Assert.Fail("No message had that outcome.");
    }

    private async Task ResultAsync(JsonObject step)
    {
        var (data, error) = await _driver.ResultAsync((string)step["as"]!);
        if (step["error"] is { } expected)
            Check(expected, error ?? $"settled with {JsonMatch.Show(data)}");
        else if (error is not null)
            Assert.Fail($"refused: {JsonMatch.Show(error)}");
        else if (step.ContainsKey("data"))
            Check(step["data"], data);
    }

    private async Task ClockAsync(long skewMs)
    {
        var clock = _driver.Client.Clock;
        await Patience.UntilAsync(() => clock.Estimate is not null, () => "the clock knows nothing");

        // Both clocks of this machine may be set while a test runs, and the test may be held up between two looks.
        var before = TimeProvider.System.GetUtcNow().AddMilliseconds(skewMs);
        var (now, estimate, latency) = (clock.Now, clock.Estimate!.Value, clock.Latency);
        var after = TimeProvider.System.GetUtcNow().AddMilliseconds(skewMs);
        var slack = estimate.Bound + TimeSpan.FromMilliseconds(5);
        Assert.InRange(now, before - slack, after + slack);
        Assert.InRange(latency.Lowest, TimeSpan.Zero, latency.Last);
    }

    // As many as a budget allows since it was told, and not one more: however late they are looked at, they were not sent earlier.
    private async Task HearFramesAsync(JsonObject step)
    {
        var (rate, burst) = step["budget"] is { } budget ? ((double)budget["rps"]!, (double)budget["burst"]!) : (double.MaxValue, double.MaxValue);
        for (var heard = 1; ; heard++)
        {
            var frame = HotJson.FromBytes((await HearAsync("frame")).Bytes!);
            var allowed = burst + rate * Stopwatch.GetElapsedTime(_budgetAt).TotalSeconds;
            Assert.True(heard <= allowed, $"{heard} frames, where {allowed} were allowed");
            Assert.True(heard <= ((int?)step["at_most"] ?? int.MaxValue), $"{heard} frames");
            if (Differs(step["until"], frame) is null)
                return;
        }
    }

    private async Task<Heard> HearAsync(string kind)
    {
        var heard = await _connection!.Heard.TakeAsync($"a {kind}");
        Assert.True(heard.Kind == kind, $"the gateway heard {heard}");
        return heard;
    }

    private async Task EndsAsync()
    {
        while ((await _connection!.Heard.TakeAsync("the end of the connection")).Kind is not ("end" or "close"))
        {
        }
    }

    // A pattern that does not match binds nothing.
    private string? Differs(JsonNode? pattern, JsonNode? actual)
    {
        var trial = new Dictionary<string, JsonNode?>(_variables, StringComparer.Ordinal);
        var problem = JsonMatch.Mismatch(pattern, actual is null ? null : JsonNode.Parse(actual.ToJsonString()), trial);
        if (problem is null)
        {
            foreach (var (name, value) in trial)
                _variables[name] = value;
        }

        return problem;
    }

    private void Check(JsonNode? pattern, JsonNode? actual)
    {
        if (Differs(pattern is null ? null : JsonNode.Parse(pattern.ToJsonString()), actual) is { } problem)
            Assert.Fail($"{problem}; all of it: {JsonMatch.Show(actual)}");
    }
}
