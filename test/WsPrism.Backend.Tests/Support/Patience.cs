using WsPrism.Testing;

namespace WsPrism.Backend.Tests.Support;

/// <summary>How long a test waits for what must come; a slow machine is no failure.</summary>
internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    /// <summary>Runs the gateway's shards until something is so.</summary>
    public static async Task UntilAsync(this TestGateway gateway, Func<bool> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            gateway.RunUntilIdle();
            if (isSo())
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Long, "It has not come.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Long, "It has not come.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
