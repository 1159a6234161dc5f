using System.Text;

namespace WsPrism.Plugins.Wasm;

/// <summary>What a module logs during one call, as far as it fits: it is written when the call has ended. Belongs to its caller.</summary>
internal sealed class WasmCallLog
{
    /// <summary>Lines of one call.</summary>
    public const int MaxLines = 16;

    /// <summary>Bytes of a line; what is longer is cut.</summary>
    public const int MaxLineBytes = 512;

    private readonly List<(int Level, string Text)> _lines = [];

    public bool HasRoom => _lines.Count < MaxLines;

    public IReadOnlyList<(int Level, string Text)> Lines => _lines;

    public void Clear() => _lines.Clear();

    public void Add(int level, ReadOnlySpan<byte> text) =>
        _lines.Add((level, string.Concat(Encoding.UTF8.GetString(text).Select(c => char.IsControl(c) ? ' ' : c))));
}
