namespace WsPrism.Plugins.Scripts;

/// <summary>Something to be done on a lane.</summary>
internal abstract class ScriptWork
{
    /// <summary>Does it, on the lane's thread.</summary>
    public abstract void Run(ScriptLane lane);
}
