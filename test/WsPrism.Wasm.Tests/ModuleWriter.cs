namespace WsPrism.Wasm.Tests;

/// <summary>Writes binary modules byte by byte, valid or not: one function, exported as "f", and whatever sections a test adds.</summary>
internal sealed class ModuleWriter
{
    private readonly List<(byte Id, byte[] Content)> _sections = [];

    /// <summary>A module of one function without parameters and results.</summary>
    public static byte[] Function(byte[] code, byte[]? locals = null) => new ModuleWriter()
        .Section(1, [1, 0x60, 0, 0])
        .Section(3, [1, 0])
        .Section(7, [1, 1, (byte)'f', 0, 0])
        .Section(10, [1, .. Sized([.. locals ?? [0], .. code, 0x0B])])
        .Build();

    public static byte[] Sized(byte[] content) => [.. Unsigned((uint)content.Length), .. content];

    public static byte[] Unsigned(uint value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));

        bytes.Add((byte)value);
        return [.. bytes];
    }

    public ModuleWriter Section(byte id, byte[] content)
    {
        _sections.Add((id, content));
        return this;
    }

    public byte[] Build() => [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0, .. _sections.SelectMany(section => (byte[])[section.Id, .. Sized(section.Content)])];
}
