using WsPrism.Plugins.Wasm;

namespace WsPrism.Plugins.Tests.Wasm;

public sealed class WasmPoolTests
{
    [Fact]
    public void However_late_the_thread_pool_is_calls_that_fail_make_no_more_instances_than_are_at_work()
    {
        using var wasm = WasmGateway.Hostile();
        var pool = ((WasmPlugin)wasm.Plugin).Pool;
#pragma warning disable CA2000 // Some of those that wait look at it when the test is over.
        var release = new ManualResetEventSlim();
#pragma warning restore CA2000
        for (var i = 0; i < 64; i++)
        {
            // What is queued behind these does not run before they end.
            ThreadPool.UnsafeQueueUserWorkItem(_ => release.Wait(), null);
        }

        var seen = new HashSet<WasmCaller>();
        for (var i = 0; i < 200; i++)
        {
            var caller = pool.Rent();
            seen.Add(caller);
            pool.ReturnBroken(caller);
        }

        release.Set();
        Assert.InRange(seen.Count, 1, Environment.ProcessorCount + 1);
    }
}
