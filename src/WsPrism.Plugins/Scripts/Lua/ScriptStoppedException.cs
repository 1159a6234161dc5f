namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>A host function ends because the call's limits are used up. Never leaves this folder.</summary>
#pragma warning disable CA1032, CA1064 // Thrown and caught here, with a reason and nothing else.
internal sealed class ScriptStoppedException(LuaStop reason) : Exception
#pragma warning restore CA1032, CA1064
{
    public LuaStop Reason => reason;
}
