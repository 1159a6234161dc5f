using System.Runtime.InteropServices;
using System.Text;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>The library's <c>lua_Debug</c>, as lua.h lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LuaDebug
{
    private const int ShortSourceLength = 60;

    private int _event;
    private nint _name;
    private nint _nameWhat;
    private nint _what;
    private nint _source;
    private nuint _sourceLength;
    private int _currentLine;
    private int _lineDefined;
    private int _lastLineDefined;
    private byte _upvalues;
    private byte _parameters;
    private byte _isVararg;
    private byte _isTailCall;
    private ushort _firstTransfer;
    private ushort _transfers;
    private fixed byte _shortSource[ShortSourceLength];
    private nint _callInfo;

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
