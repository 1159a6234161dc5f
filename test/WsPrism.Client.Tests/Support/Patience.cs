namespace WsPrism.Client.Tests.Support;

/// <summary>How long a test waits before it says that something will never happen. A safety net: no test takes so long.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    public static CancellationToken Token() => new CancellationTokenSource(Limit, TimeProvider.System).Token;

    /// <summary>Awaits something that has no signal of its own.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        var token = Token();
        while (!condition())
        {
            Assert.False(token.IsCancellationRequested, $"It never happened: {what()}");
            await Task.Delay(Step, TimeProvider.System, CancellationToken.None);
        }
    }

    public static async Task<T> TakeAsync<T>(this System.Threading.Channels.Channel<T> channel, string what)
    {
        try
        {
            return await channel.Reader.ReadAsync(Token());
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{what} did not come");
        }
    }
}
