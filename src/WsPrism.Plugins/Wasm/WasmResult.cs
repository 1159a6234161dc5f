namespace WsPrism.Plugins.Wasm;

/// <summary>How a call of a module ended.</summary>
internal enum WasmEnd : byte
{
    /// <summary>It answered nothing.</summary>
    Silent,

    /// <summary>It answered, somewhere in its memory.</summary>
    Answered,

    /// <summary>Its fuel was not enough.</summary>
    OutOfFuel,

    /// <summary>It trapped, or what it returned makes no sense.</summary>
    Failed,
}

/// <summary>How a call of a module ended, where its answer is, or why there is none.</summary>
internal readonly record struct WasmResult(WasmEnd End, int At = 0, int Length = 0, PluginFailure Failure = default, string Problem = "");
