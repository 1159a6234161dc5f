using WsPrism.Core.Answers;
using WsPrism.Core.Dispatch;
using WsPrism.Services;

namespace WsPrism.Plugins.Wasm;

/// <summary>A message that waits for its call on the thread pool.</summary>
internal sealed class WasmCall(WasmRunner runner, IDeferredMessage message, byte[] input, AnswerRules rules) : ILineCall
{
    private readonly long _arrived = runner.Plugin.Time.GetTimestamp();

    public int Bytes => input.Length;

    public Task RunAsync()
    {
        message.Resume(Act());
        return Task.CompletedTask;
    }

    private Action<IExtContext> Act()
    {
        if (runner.Plugin.Time.GetElapsedTime(_arrived).TotalMilliseconds > runner.Plugin.Config.TimeoutMs)
        {
            return WasmRunner.TurnAway;
        }

        try
        {
            return runner.RunElsewhere(input, rules);
        }
        catch (Exception exception)
        {
            // No instance could be made, or a fault of ours: the client must not wait for ever.
            return runner.Fail(PluginFailure.Error, exception.Message);
        }
    }
}
