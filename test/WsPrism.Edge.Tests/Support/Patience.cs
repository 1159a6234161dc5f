namespace WsPrism.Edge.Tests.Support;

/// <summary>How long a test waits for what has to come, on a machine that may be busy.</summary>
internal static class Patience
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(30);
}
