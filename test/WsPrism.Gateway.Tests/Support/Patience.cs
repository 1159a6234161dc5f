namespace WsPrism.Gateway.Tests.Support;

/// <summary>How long a test waits before it says that something will never happen. A safety net: no test takes so long.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    public static CancellationToken Token() => new CancellationTokenSource(Limit).Token;

    /// <summary>Awaits something that has no signal of its own.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var token = Token();
        while (!await condition())
        {
            Assert.False(token.IsCancellationRequested, $"It never happened: {what}");
            await Task.Delay(Step, TimeProvider.System, CancellationToken.None);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);
}
