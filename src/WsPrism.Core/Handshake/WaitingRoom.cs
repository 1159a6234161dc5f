namespace WsPrism.Core.Handshake;

/// <summary>
/// How many may wait at once for somebody outside who decides on them: handshakes and refreshes whose ticket cannot be judged here. A tenant's room is part of
/// the node's, so that one slow backend fills its own. Safe for all threads.
/// </summary>
internal sealed class WaitingRoom(int seats, WaitingRoom? whole = null)
{
    /// <summary>Seats of a tenant.</summary>
    public const int SeatsOfTenant = 1_024;

    /// <summary>Seats of all tenants together; who waits holds its connection and some kilobytes.</summary>
    public const int SeatsOfNode = 4_096;

    private int _taken;

    /// <summary>Who waits now.</summary>
    public int Count => Volatile.Read(ref _taken);

    /// <summary>Takes a seat, which must be given back with <see cref="Leave"/>; false where there is none.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _taken) <= seats && whole?.TryEnter() != false)
        {
            return true;
        }

        Interlocked.Decrement(ref _taken);
        return false;
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _taken);
        whole?.Leave();
    }
}
