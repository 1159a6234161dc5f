namespace WsPrism.Plugins.Wasm;

/// <summary>
/// Whether a call is tried on its shard's thread first. A module that needed more than it may use there will mostly need it again, and what was run for nothing
/// costs the other sessions: after one such call the next few go out at once. Safe for all threads; a count that is off by one does no harm.
/// </summary>
internal sealed class InlineTrials
{
    private const int Pause = 15;

    private int _skip;

    public bool IsDue()
    {
        var skip = Volatile.Read(ref _skip);
        if (skip == 0)
        {
            return true;
        }

        Volatile.Write(ref _skip, skip - 1);
        return false;
    }

    public void WasTooLittle() => Volatile.Write(ref _skip, Pause);
}
