namespace WsPrism.Wasm.Decoding;

/// <summary>The code of one function, and what the validator learnt for the compiler.</summary>
internal sealed class FunctionBody
{
    /// <summary>Where its instructions start in the module; for messages.</summary>
    public required int Offset { get; init; }

    /// <summary>The instructions, up to and with the last <c>end</c>.</summary>
    public required byte[] Code { get; init; }

    /// <summary>The types of the parameters and then of the other locals.</summary>
    public required WasmValueType[] Locals { get; init; }

    /// <summary>What a call costs: the instructions outside loops.</summary>
    public int EntryCost { get; set; }

    /// <summary>What a turn of each loop costs, in the order of the loops: its instructions outside loops within.</summary>
    public int[] LoopCosts { get; set; } = [];

    /// <summary>How many instructions there are, the targets of branch tables and the operands of calls too.</summary>
    public int Weight { get; set; }

    public bool HasCalls { get; set; }

    public bool UsesMemory { get; set; }
}
