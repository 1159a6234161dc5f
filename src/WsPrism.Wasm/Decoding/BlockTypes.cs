namespace WsPrism.Wasm.Decoding;

/// <summary>The types of blocks as they are written: -64 for none, another negative number for one result, else the index of a function type.</summary>
internal static class BlockTypes
{
    private const long None = -64;

    public static bool TryGet(ModuleData module, long written, out BlockType type)
    {
        type = new BlockType([], []);
        if (written == None)
            return true;

        if (written < 0)
        {
            // A value type is written as a negative number of seven bits.
            if (written < -128 || TypeDecoder.TryValue((byte)(written & 0x7F)) is not { } value)
                return false;

            type = new BlockType([], [value]);
            return true;
        }

        if (written >= module.Types.Length)
            return false;

        var function = module.Types[written];
        type = new BlockType(function.Parameters.ToArray(), function.Results.ToArray());
        return true;
    }
}
