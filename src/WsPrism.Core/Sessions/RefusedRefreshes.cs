namespace WsPrism.Core.Sessions;

/// <summary>
/// How often of late a session has shown tickets that are not good. To look at one may cost the shard as much as hundreds of messages, so who has shown too many is
/// not looked at for a while. Made with the first one; owned by the shard's thread.
/// </summary>
internal sealed class RefusedRefreshes
{
    /// <summary>So many at once, and then one in ten seconds.</summary>
    public const int Burst = 5;

    private const long NsPerRefusal = 10_000_000_000;

    private long _overAtNs;

    /// <summary>True where another ticket would not be looked at now.</summary>
    public bool IsTooMany(long nowNs) => _overAtNs - nowNs > (Burst - 1) * NsPerRefusal;

    /// <summary>Counts one.</summary>
    public void Count(long nowNs) => _overAtNs = Math.Max(_overAtNs, nowNs) + NsPerRefusal;
}
