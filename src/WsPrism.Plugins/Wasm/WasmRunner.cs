using WsPrism.Core.Answers;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Plugins.Wasm;

/// <summary>
/// Gives messages to a module: at once, on the shard's thread, with little fuel; where that was not enough, or no instance is free, the message leaves the shard
/// and the call is made anew on the thread pool. That nothing is done before a call has ended well makes it sound. Safe for all threads.
/// </summary>
internal sealed class WasmRunner(WasmPlugin plugin, ReadVerdict read)
{
    // Longer than this no call has a shard's thread a second time: fuel bounds instructions, and one that waits for memory takes a hundred times as long as one that does not.
    private const long MaxInlineNs = 250_000;

    private const string IsOff = "The service is switched off for a moment, since it fails.";
    private const string IsBusy = "The service has too much to do.";
    private const string HasFailed = "The service failed on this message.";

    [ThreadStatic]
    private static JsonScratch? _scratch;

    public WasmPlugin Plugin => plugin;

    /// <summary>On the shard's thread.</summary>
    public void Run(ReadOnlySpan<byte> svc, in ExtMessage message, IExtContext context)
    {
        if (plugin.Switch.IsOff)
        {
            context.Fail(ErrorCode.ServiceUnavailable, IsOff);
            return;
        }

        plugin.Counters.CountCall();
        var session = (Session)context.Session;
        var rules = AnswerRules.For(session.Tenant.Snapshot, plugin.NameUtf8, message.Id.Length);
        if (plugin.Inline.IsDue() && plugin.Pool.TryRent() is { } caller)
        {
            MessageJson.Write(caller.Input.Begin(), svc, message, context);
            var clock = session.Shard.Clock;
            var started = clock.Measure();
            var result = caller.Call(caller.Input.Written, rules, plugin.InlineFuel);
            if (!WantsMore(caller, result))
            {
                if (clock.Measure() - started > MaxInlineNs)
                {
                    plugin.Inline.WasTooLittle();
                }

                Conclude(caller, result, rules)?.Invoke(context);
                return;
            }

            plugin.Inline.WasTooLittle();
            plugin.Pool.ReturnBroken(caller);
        }

        Defer(svc, message, context, session, rules);
    }

    /// <summary>On the thread pool, with all the fuel there is. Never throws.</summary>
    public Action<IExtContext> RunElsewhere(byte[] message, in AnswerRules rules)
    {
        var caller = plugin.Pool.Rent();
        return Conclude(caller, caller.Call(message, rules, plugin.Config.Fuel), rules) ?? (static _ => { });
    }

    /// <summary>Refuses a message whose turn never came.</summary>
    public static void TurnAway(IExtContext context) => context.Fail(ErrorCode.ServiceUnavailable, IsBusy);

    /// <summary>Counts a failure and says what to tell the client.</summary>
    public Action<IExtContext> Fail(PluginFailure failure, string problem)
    {
        plugin.Switch.Failed(failure);
        plugin.Log.Failed(problem);
        return static context => context.Fail(ErrorCode.Internal, HasFailed);
    }

    private bool WantsMore(WasmCaller caller, in WasmResult result) =>
        plugin.InlineFuel < plugin.Config.Fuel
        && (result.End == WasmEnd.OutOfFuel || (result.End == WasmEnd.Answered && !caller.HasFuelFor(result)));

    // Gives the caller back. Null: there is nothing to do, the message is accepted or passes.
    private Action<IExtContext>? Conclude(WasmCaller caller, in WasmResult result, in AnswerRules rules)
    {
        plugin.Log.Write(caller.Log);
        if (result.End is WasmEnd.OutOfFuel or WasmEnd.Failed)
        {
            plugin.Pool.ReturnBroken(caller);
            return Fail(result.Failure, result.Problem);
        }

        var answer = result.End == WasmEnd.Answered ? caller.AnswerOf(result) : default;
        if (caller.Publishes.Count == 0 && (answer.IsEmpty || answer.SequenceEqual("{}"u8)))
        {
            plugin.Switch.Succeeded();
            plugin.Pool.Return(caller);
            return null;
        }

        if (read(answer.ToArray(), rules, caller.Publishes, out var problem) is not { } act)
        {
            plugin.Pool.ReturnBroken(caller);
            return Fail(PluginFailure.BadAnswer, problem);
        }

        plugin.Switch.Succeeded();
        plugin.Pool.Return(caller);
        return act;
    }

    private void Defer(ReadOnlySpan<byte> svc, in ExtMessage message, IExtContext context, Session session, in AnswerRules rules)
    {
        if (context.Defer() is not { } deferred)
        {
            return;
        }

        var scratch = _scratch ??= new JsonScratch();
        MessageJson.Write(scratch.Begin(), svc, message, context);
        if (!plugin.Lines.TryAdd(session, new WasmCall(this, deferred, scratch.Written.ToArray(), rules)))
        {
            deferred.Resume(TurnAway);
        }
    }
}
