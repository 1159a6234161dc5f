using System.Diagnostics;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>What host functions may still do in one call of a script. Owned by the thread that runs the state.</summary>
/// <remarks>The clock is the machine's and not the gateway's: it is the fence around work, which takes the time that it takes.</remarks>
internal sealed class CallMeter
{
    // How much is done between two looks at the clock.
    private const int StepsBetweenLooks = 65_536;

    private long _steps;
    private long _stepsTillLook;
    private long _deadline;

    /// <summary>Begins a call.</summary>
    public void Begin(long steps, TimeSpan time)
    {
        _steps = steps;
        _stepsTillLook = StepsBetweenLooks;
        _deadline = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
    }

    /// <summary>True where the call has had its time.</summary>
    public bool IsLate => Stopwatch.GetTimestamp() >= _deadline;

    /// <summary>Takes steps; throws where there are none left or the time is over.</summary>
    public void Spend(long steps)
    {
        _steps -= steps;
        _stepsTillLook -= steps;
        if (_steps < 0)
        {
            throw new ScriptStoppedException(LuaStop.Steps);
        }

        if (_stepsTillLook < 0)
        {
            LookAtClock();
        }
    }

    /// <summary>Throws where the time is over.</summary>
    public void LookAtClock()
    {
        _stepsTillLook = StepsBetweenLooks;
        if (IsLate)
        {
            throw new ScriptStoppedException(LuaStop.Time);
        }
    }
}
