using WsPrism.Plugins.Scripts;

namespace WsPrism.Plugins.Tests.Scripts;

public sealed class ScriptServiceTests
{
    [Fact]
    public void A_message_is_answered_with_what_the_script_says()
    {
        using var bed = new ScriptGateway("function on_message(ctx, msg) ctx.reply({type = msg.type, data = msg.data, user = ctx.user, room = ctx.room, id = msg.id ~= nil}) end");
        var alice = bed.ConnectTo("match:7", "user:alice");

        var answer = bed.Ask(alice, "hello", """{"a":[1,2.5,null,{}],"b":[]}""");

        Assert.Equal("sys.ack", answer.Name);
        Assert.Equal("hello", answer.String("type"));
        Assert.Equal("user:alice", answer.String("user"));
        Assert.Equal("match:7", answer.String("room"));
        Assert.Equal("""{"a":[1,2.5,null,{}],"b":[]}""".Length, answer.Data.GetProperty("data").GetRawText().Length);
        Assert.Equal("[]", answer.Data.GetProperty("data").GetProperty("b").GetRawText());
        Assert.True(answer.Data.GetProperty("id").GetBoolean());
    }

    [Fact]
    public void It_publishes_to_the_room_and_sends_to_users()
    {
        using var bed = new ScriptGateway("function on_message(ctx, msg) ctx.publish('said', {text = msg.data}) ctx.send_user('user:bob', 'hint', 1) ctx.publish('seen', nil, 'hall') end", shards: 2);
        var alice = bed.ConnectTo("match:7", "user:alice");
        var bob = bed.ConnectTo("match:7", "user:bob");
        var carol = bed.ConnectTo("hall", "user:carol");

        bed.Ask(alice, "say", "\"hi\"");

        Assert.Equal("hi", bed.Await(alice, e => e.Name == "quiz.said").String("text"));
        Assert.Equal("match:7", bed.Await(bob, e => e.Name == "quiz.said").Room);
        Assert.False(bed.Await(carol, e => e.Name == "quiz.seen").HasData);
        bed.Await(bob, e => e.Name == "quiz.hint");
        Assert.DoesNotContain(alice.Envelopes, e => e.Name == "quiz.hint");
    }

    [Fact]
    public void Each_room_has_its_state_for_as_long_as_it_lives()
    {
        using var bed = new ScriptGateway("n = 0 function on_message(ctx) n = n + 1 ctx.state.n = (ctx.state.n or 0) + 1 ctx.reply({n, ctx.state.n}) end");
        var alice = bed.ConnectTo("match:7", "user:alice");
        var bob = bed.ConnectTo("match:8", "user:bob");
        bed.Ask(alice, "x");

        Assert.Equal("[2,2]", bed.Ask(alice, "x").Data.GetRawText());
        Assert.Equal("[1,1]", bed.Ask(bob, "x").Data.GetRawText());

        alice.Leave("match:7");
        alice.Join("match:7");
        Assert.Equal("[1,1]", bed.Ask(alice, "x").Data.GetRawText());
    }

    [Fact]
    public void Who_is_in_no_room_has_the_state_of_nobody()
    {
        using var bed = new ScriptGateway("function on_message(ctx) ctx.state.n = (ctx.state.n or 0) + 1 ctx.reply({ctx.room or null, ctx.state.n}) end", config => config with { Rooms = ["match:*"] });
        var alice = bed.Gateway.Connect("user:alice");
        var bob = bed.ConnectTo("hall", "user:bob");

        Assert.Equal("[null,1]", bed.Ask(alice, "x").Data.GetRawText());
        Assert.Equal("[null,2]", bed.Ask(bob, "x").Data.GetRawText());
        Assert.Equal("NOT_ALLOWED", bed.Ask(bob, "x", room: "hall").Code);
        Assert.Equal("NOT_IN_ROOM", bed.Ask(bob, "x", room: "match:7").Code);
    }

    [Fact]
    public void Joins_and_leaves_are_told_in_their_order()
    {
        const string Script = """
            function on_join(ctx) ctx.state.log = (ctx.state.log or '') .. '+' .. ctx.user ctx.send_user('user:watcher', 'log', {ctx.state.log, #ctx.members()}) end
            function on_leave(ctx) ctx.state.log = ctx.state.log .. '-' .. ctx.user ctx.send_user('user:watcher', 'log', {ctx.state.log, #ctx.members()}) end
            """;
        using var bed = new ScriptGateway(Script, config => config with { Rooms = ["match:*"] });
        var watcher = bed.ConnectTo("hall", "user:watcher");
        var a = bed.ConnectTo("match:7", "a");
        var b = bed.ConnectTo("match:7", "b");
        a.Vanish();
        b.Leave("match:7");

        bed.Until(() => watcher.Envelopes.Count(e => e.Name == "quiz.log") >= 4);

        var logs = watcher.Envelopes.Where(e => e.Name == "quiz.log").Select(e => e.Data[0].GetString()!).ToArray();
        Assert.Equal(["+a", "+a+b", "+a+b-a", "+a+b-a-b"], logs);
        bed.ConnectTo("match:7", "c");
        bed.Until(() => watcher.Envelopes.Count(e => e.Name == "quiz.log") >= 5);
        Assert.Equal("+c", watcher.Envelopes.Last(e => e.Name == "quiz.log").Data[0].GetString());
    }

    [Fact]
    public void Ticks_come_for_rooms_that_somebody_is_in()
    {
        using var bed = new ScriptGateway("function on_tick(ctx) ctx.state.n = (ctx.state.n or 0) + 1 ctx.publish('tick', {n = ctx.state.n, user = ctx.user}) end", config => config with { TickMs = 500 });
        var alice = bed.ConnectTo("match:7", "user:alice");

        bed.AdvanceUntil(500, () => alice.Envelopes.Any(e => e.Name == "quiz.tick" && e.Number("n") == 3));

        alice.Leave("match:7");
        bed.Gateway.Advance(5_000);
        Assert.All(alice.Envelopes.Where(e => e.Name == "quiz.tick"), e => Assert.Equal(["n"], e.Data.EnumerateObject().Select(p => p.Name)));
    }

    [Fact]
    public void It_moves_and_kicks()
    {
        using var bed = new ScriptGateway("""
            function on_message(ctx, msg)
              if msg.type == 'move' then ctx.leave(ctx.room) ctx.join('match:8') ctx.publish('came', ctx.user, 'match:8') ctx.reply('moved')
              else ctx.kick(msg.data.whom, msg.data.reason) ctx.reply('bye') end
            end
            """);
        var alice = bed.ConnectTo("match:7", "user:alice");
        var bob = bed.ConnectTo("match:8", "user:bob");

        Assert.Equal("sys.ack", bed.Ask(alice, "move").Name);
        bed.Await(bob, e => e.Name == "quiz.came");
        Assert.Equal("match:8", bed.Await(alice, e => e.Name == "sys.joined" && e.Room == "match:8").Room);

        Assert.Equal("sys.ack", bed.Ask(alice, "kick", """{"whom":"user:bob","reason":"afk"}""").Name);
        Assert.Equal("afk", bed.Await(bob, e => e.Name == "sys.kicked").String("reason"));
        Assert.Equal("sys.ack", bed.Ask(alice, "kick", $$"""{"whom":"{{alice.Session.SessionId}}"}""").Name);
        Assert.Equal("script", bed.Await(alice, e => e.Name == "sys.kicked").String("reason"));
    }

    [Fact]
    public void The_sessions_state_is_that_of_the_other_kinds()
    {
        using var bed = new ScriptGateway("function on_message(ctx, msg) if msg.type == 'set' then ctx.set_session_state(msg.data) else ctx.reply(ctx.session_state or 'none') end end");
        var alice = bed.ConnectTo("match:7", "user:alice");
        Assert.Equal("\"none\"", bed.Ask(alice, "get").Data.GetRawText());

        bed.Ask(alice, "set", """{"level":4}""");
        Assert.Equal("""{"level":4}""", System.Text.Encoding.UTF8.GetString(alice.Session.State));
        Assert.Equal("""{"level":4}""", bed.Ask(alice, "get").Data.GetRawText());
        bed.Ask(alice, "set", "null");
        Assert.Equal("\"none\"", bed.Ask(alice, "get").Data.GetRawText());
    }

    [Fact]
    public void A_script_error_is_one_INTERNAL_and_one_line_and_nothing_is_done()
    {
        using var bed = new ScriptGateway("function on_message(ctx, msg)\n  ctx.publish('x')\n  ctx.reply(1)\n  error('broken')\nend");
        var alice = bed.ConnectTo("match:7", "user:alice");

        var answer = bed.Ask(alice, "x");

        Assert.Equal("INTERNAL", answer.Code);
        Assert.Equal("Script acme/quiz, room 'match:7': quiz.lua:4: broken", Assert.Single(bed.Warnings));
        Assert.DoesNotContain(alice.Envelopes, e => e.Svc == "quiz");
        Assert.Equal(1, bed.Plugin.Counters.Failures(PluginFailure.Error));
    }

    [Fact]
    public void A_script_that_runs_for_ever_is_stopped_and_others_go_on()
    {
        using var bed = new ScriptGateway("function on_message(ctx, msg) while msg.type == 'loop' do end ctx.reply(1) end");
        var alice = bed.ConnectTo("match:7", "user:alice");

        Assert.Equal("INTERNAL", bed.Ask(alice, "loop").Code);
        Assert.Equal("1", bed.Ask(alice, "x").Data.GetRawText());
        Assert.Equal("Script acme/quiz, room 'match:7': quiz.lua:1: ran over 1000000 instructions", Assert.Single(bed.Warnings));
        Assert.Equal(1, bed.Plugin.Counters.Failures(PluginFailure.Limit));
    }

    [Fact]
    public void A_script_that_fails_again_and_again_is_switched_off_for_a_while()
    {
        using var bed = new ScriptGateway("function on_message(ctx, msg) if msg.type == 'bad' then error('x') end end");
        var alice = bed.ConnectTo("match:7", "user:alice");
        for (var i = 0; i < FailureSwitch.MaxFailures; i++)
        {
            Assert.Equal("INTERNAL", bed.Ask(alice, "bad").Code);
        }

        Assert.Equal("SERVICE_UNAVAILABLE", bed.Ask(alice, "good").Code);
        bed.Gateway.Advance((long)FailureSwitch.Pause.TotalMilliseconds, atOnce: true);
        Assert.Equal("sys.ack", bed.Ask(alice, "good").Name);
        Assert.Equal("sys.ack", bed.Ask(alice, "good").Name);
    }

    [Fact]
    public void So_many_messages_wait_and_no_more()
    {
        var lanes = Math.Min(4, Environment.ProcessorCount);
        using var bed = new ScriptGateway(
            "function on_message(ctx) for i = 1, 100000 do end ctx.reply(1) end", config => config with { MaxInFlight = 1, MaxQueue = 2, Instructions = 1_000_000_000 });
        var alice = bed.ConnectTo("match:7", "user:alice");
        bed.Gateway.RunsAtOnce = false;
        for (var i = 0; i < 60; i++)
        {
            alice.Send("quiz", "x", id: i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        bed.Gateway.RunsAtOnce = true;
        bed.Until(() => alice.Envelopes.Count(e => e.Id is not null) == 60);

        Assert.Contains(alice.Envelopes, e => e.Name == "sys.ack");
        Assert.Contains(alice.Envelopes, e => e.Name == "sys.error" && e.Code == "SERVICE_UNAVAILABLE");
        Assert.True(lanes > 0);
    }

    [Fact]
    public void Another_text_takes_the_place_of_the_old_and_states_go_with_it()
    {
        using var bed = new ScriptGateway("function on_message(ctx) ctx.state.n = (ctx.state.n or 0) + 1 ctx.reply({'old', ctx.state.n}) end");
        var alice = bed.ConnectTo("match:7", "user:alice");
        bed.Ask(alice, "x");
        bed.Ask(alice, "x");

        Assert.True(bed.Reload("function on_message(ctx) ctx.state.n = (ctx.state.n or 0) + 1 ctx.reply({'new', ctx.state.n}) end"));

        Assert.Equal("""["new",3]""", bed.Ask(alice, "x").Data.GetRawText());
    }

    [Fact]
    public void States_that_are_larger_as_JSON_than_the_script_may_hold_do_not_all_go_over()
    {
        // Many times the same short text: 262,144 bytes in Lua, 671,745 in JSON.
        const string Script = "function on_message(ctx) local s, t = ('x'):rep(38), {} for i = 1, 16384 do t[i] = s end ctx.reply(ctx.state.t ~= nil) ctx.state.t = t end";
        using var bed = new ScriptGateway(Script, config => config with { MaxInFlight = 1, MemoryBytes = 2_097_152 });
        var clients = Enumerable.Range(0, 4).Select(i => bed.ConnectTo($"match:{i}", $"user:{i}")).ToArray();
        Assert.All(clients, client => Assert.False(bed.Ask(client, "x").Data.GetBoolean()));

        Assert.True(bed.Reload(Script + " -- changed"));

        Assert.Equal(3, clients.Count(client => bed.Ask(client, "x").Data.GetBoolean()));
        Assert.Equal(1, bed.Warnings.Count(line => line.Contains("could not be taken over", StringComparison.Ordinal)));
    }

    [Fact]
    public void Who_sends_messages_does_not_fill_the_log()
    {
        using var bed = new ScriptGateway("function on_message(ctx, msg) for i = 1, 16 do log('word') end if msg.type == 'fail' then error('told to') end ctx.reply(1) end");
        var alice = bed.ConnectTo("match:7", "user:alice");
        for (var i = 0; i < 40; i++)
        {
            bed.Ask(alice, i % 2 == 0 ? "fail" : "x");
        }

        // The clock may have come into a second second.
        Assert.InRange(bed.Gateway.Log.Entries.Count(entry => entry.Message.EndsWith("says: word", StringComparison.Ordinal)), ScriptRooms.MaxLinesPerSecond, 2 * ScriptRooms.MaxLinesPerSecond);
        Assert.InRange(bed.Warnings.Count(line => line.Contains("told to", StringComparison.Ordinal)), ScriptRooms.MaxFailuresPerSecond, 2 * ScriptRooms.MaxFailuresPerSecond - 1);
        Assert.Equal(20, bed.Plugin.Counters.Failures(PluginFailure.Error));

        bed.Gateway.Advance(2_000);
        bed.Ask(alice, "x");
        Assert.Contains(bed.Warnings, line => line.EndsWith("lines within a second were dropped", StringComparison.Ordinal));
    }

    [Fact]
    public void A_state_that_is_no_JSON_begins_empty_with_the_new_text()
    {
        const string Script = "function on_message(ctx) ctx.state.n = (ctx.state.n or 0) + 1 ctx.state.f = function() end ctx.reply(ctx.state.n) end";
        using var bed = new ScriptGateway(Script);
        var alice = bed.ConnectTo("match:7", "user:alice");
        bed.Ask(alice, "x");

        Assert.True(bed.Reload(Script + " -- changed"));

        Assert.Equal("1", bed.Ask(alice, "x").Data.GetRawText());
        Assert.Contains(bed.Warnings, line => line.Contains("could not be taken over", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("function on_message(ctx", "quiz.lua:1: ')' expected near <eof>")]
    [InlineData("\n\nerror('no')", "quiz.lua:3: no")]
    [InlineData("while true do end", "quiz.lua:1: ran over 1000000 instructions")]
    [InlineData("local function on_message() end", "quiz.lua: defines none of on_message, on_join, on_leave and on_tick (as globals)")]
    [InlineData("", "quiz.lua: defines none of on_message, on_join, on_leave and on_tick (as globals)")]
    [InlineData("ctx.publish('x')", "quiz.lua:1: attempt to index a nil value (global 'ctx')")]
    public void A_text_that_is_not_good_keeps_the_old_one(string script, string problem)
    {
        using var bed = new ScriptGateway("function on_message(ctx) ctx.state.n = (ctx.state.n or 0) + 1 ctx.reply(ctx.state.n) end");
        var alice = bed.ConnectTo("match:7", "user:alice");
        bed.Ask(alice, "x");

        Assert.False(bed.Reload(script));

        Assert.Equal(new PluginProblem("tenants[0].services.ext[0].file", problem), Assert.Single(bed.Problems));
        Assert.Equal("2", bed.Ask(alice, "x").Data.GetRawText());
    }

    [Fact]
    public void A_script_without_on_message_takes_no_messages()
    {
        using var bed = new ScriptGateway("function on_join() end");
        var alice = bed.ConnectTo("match:7", "user:alice");

        Assert.Equal("BAD_REQUEST", bed.Ask(alice, "x").Code);
    }

    [Fact]
    public void A_service_that_is_taken_out_lets_go_of_its_rooms()
    {
        using var bed = new ScriptGateway("function on_message(ctx) ctx.reply(1) end function on_join() end");
        var alice = bed.ConnectTo("match:7", "user:alice");
        bed.Ask(alice, "x");

        bed.RemoveService();

        Assert.Equal("UNKNOWN_SERVICE", bed.Ask(alice, "x").Code);
        alice.Leave("match:7");
    }

    [Fact]
    public void Many_rooms_on_several_shards_stay_apart()
    {
        using var bed = new ScriptGateway("function on_message(ctx, msg) ctx.state.n = (ctx.state.n or 0) + 1 ctx.reply({ctx.room, ctx.state.n, msg.data}) end", shards: 3);
        var clients = Enumerable.Range(0, 60).Select(i => bed.ConnectTo($"match:{i}", $"user:{i}")).ToArray();
        for (var round = 1; round <= 5; round++)
        {
            foreach (var client in clients)
            {
                client.Send("quiz", "x", $"\"{client.User}\"", id: round.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        bed.Until(() => clients.All(client => client.Envelopes.Count(e => e.Id is not null) == 5));

        foreach (var (client, i) in clients.Select((client, i) => (client, i)))
        {
            Assert.Equal(
                Enumerable.Range(1, 5).Select(n => $"""["match:{i}",{n},"user:{i}"]"""),
                client.Envelopes.Where(e => e.Id is not null).Select(e => e.Data.GetRawText()));
        }
    }
}
