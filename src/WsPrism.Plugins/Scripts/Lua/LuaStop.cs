namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>Why a script was stopped in the middle of a call.</summary>
internal enum LuaStop
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>It ran more instructions than a call may.</summary>
    Instructions,

    /// <summary>It ran longer than a call may.</summary>
    Time,

    /// <summary>All that it holds is more than the script may hold.</summary>
    Memory,

    /// <summary>It took more memory in one call, given back or not, than a call may.</summary>
    Allocation,

    /// <summary>Its patterns took more steps than a call may.</summary>
    Steps,

    /// <summary>A fault of the gateway's own.</summary>
    Fault,
}
