namespace WsPrism.Gateway.Admin.Api;

/// <summary>Requests under way with the keys of one tenant, which more keys give no more of, or with one key of the operator. Safe for all threads.</summary>
internal sealed class ApiSlots
{
    /// <summary>Requests at once: one whose bodies come slowly holds up its own.</summary>
    public const int Max = 64;

    private int _taken;

    /// <summary>Begins a request; false where too many are under way.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _taken) <= Max)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Ends a request.</summary>
    public void Leave() => Interlocked.Decrement(ref _taken);
}
