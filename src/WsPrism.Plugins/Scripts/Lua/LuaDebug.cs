using System.Runtime.InteropServices;
using System.Text;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>The library's <c>lua_Debug</c>, as lua.h lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LuaDebug
{
    private const int ShortSourceLength = 60;

    private readonly int _event;
    private readonly nint _name;
    private readonly nint _nameWhat;
    private readonly nint _what;
    private readonly nint _source;
    private readonly nuint _sourceLength;
    private readonly int _currentLine;
    private readonly int _lineDefined;
    private readonly int _lastLineDefined;
    private readonly byte _upvalues;
    private readonly byte _parameters;
    private readonly byte _isVararg;
    private readonly byte _isTailCall;
    private readonly ushort _firstTransfer;
    private readonly ushort _transfers;
    private fixed byte _shortSource[ShortSourceLength];
    private readonly nint _callInfo;

    /// <summary>The line that runs, -1 where it is not known.</summary>
    public readonly int Line => _currentLine;

    /// <summary>The name of the chunk, as errors show it.</summary>
    public string Source
    {
        get
        {
            fixed (byte* source = _shortSource)
            {
                var span = new ReadOnlySpan<byte>(source, ShortSourceLength);
                var end = span.IndexOf((byte)0);
                return Encoding.UTF8.GetString(end < 0 ? span : span[..end]);
            }
        }
    }
}
