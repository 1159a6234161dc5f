using System.Buffers;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>
/// One Lua state with a script compiled in it, and the rooms that it is for: each has globals of its own and knows nothing of the others. Used by one thread at a
/// time. What runs of the script runs in <see cref="Run"/>, within its limits.
/// </summary>
/// <remarks>
/// An error in Lua is a longjmp, which must not pass a managed frame. So the script runs in a protected call, the host's functions never raise
/// (<see cref="LuaFunctions"/>), a limit is enforced by the library's own error function set as a hook, and while managed code calls the library unprotected
/// nothing is refused (<see cref="LuaMemory.Grace"/>).
/// </remarks>
internal sealed unsafe class LuaState : IDisposable
{
    /// <summary>So many times the memory of the script may be taken in one call, with what is given back meanwhile.</summary>
    public const int CallMemories = 16;

    /// <summary>Slots that whoever pushes finds free.</summary>
    public const int FreeSlots = 256;

    private const int MaxErrorBytes = 1_024;

    // Between two looks at the clock: some microseconds of ordinary instructions.
    private const int InstructionsBetweenLooks = 1_000;

    private const string Prelude = "prelude";

    private static readonly byte[] PreludeText = ReadPrelude();

    // Without its lines, so that messages name the script's.
    private static readonly byte[] Strip = "local text = ... return load(string.dump(load(text, '=prelude'), true), '=prelude', 'b')"u8.ToArray();

    private readonly ScriptProgram _program;
    private readonly LuaMemory* _memory;
    private readonly int _globalsMetatable;
    private readonly int _contextMetatable;
    private readonly int _arrayMetatable;
    private readonly int _chunk;
    private readonly long _sandboxBytes;
    private GCHandle _self;
    private nint _state;
    private long _instructionsLeft;
    private int _instructionsTillLook;
    private long _lastLook;
    private long _usedAfterCollection;

    /// <summary>Compiles the script.</summary>
    /// <exception cref="ScriptException">It does not compile; the message begins with file and line.</exception>
    public LuaState(ScriptProgram program)
    {
        _program = program;
        program.Retain();
        _memory = (LuaMemory*)NativeMemory.AllocZeroed((nuint)sizeof(LuaMemory));
        *_memory = new LuaMemory { Shared = program.MemoryUsed, Limit = program.MemoryBytes, Grace = 1 };
        _self = GCHandle.Alloc(this);
        try
        {
            _state = LuaNative.NewState(&LuaMemory.Allocate, _memory);
            if (_state == 0)
            {
                throw new ScriptException("there is no memory for a Lua state");
            }

            _memory->State = _state;
            *(nint*)(_state - sizeof(nint)) = GCHandle.ToIntPtr(_self);
            (_globalsMetatable, _contextMetatable, _arrayMetatable) = OpenSandbox();

            // What every script finds is not what it holds.
            _sandboxBytes = _memory->Used;
            Interlocked.Add(ref *program.MemoryUsed, -_sandboxBytes);
            _chunk = Compile();
        }
        catch (Exception)
        {
            Dispose();
            throw;
        }
    }

    public ScriptProgram Program => _program;

    /// <summary>The library's own handle of the state.</summary>
    public nint Handle => _state;

    /// <summary>What runs now; null between calls.</summary>
    public ScriptCall? Call { get; private set; }

    public CallMeter Meter { get; } = new();

    /// <summary>Bytes that this state holds.</summary>
    public long Used => _memory->Used;

    /// <summary>The state that a function of the host is called by.</summary>
    public static LuaState Of(nint state) => Unsafe.As<LuaState>(GCHandle.FromIntPtr(*(nint*)(state - sizeof(nint))).Target!);

    /// <summary>Makes a room, in which nothing of the script has run yet.</summary>
    public LuaRoom CreateRoom()
    {
        Reserve();
        LuaNative.CreateTable(_state, 0, 8);
        PushText("_G"u8);
        LuaNative.PushValue(_state, -2);
        LuaNative.RawSet(_state, -3);
        _ = LuaNative.RawGet(_state, LuaNative.RegistryIndex, _globalsMetatable);
        _ = LuaNative.SetMetatable(_state, -2);
        var globals = LuaNative.Reference(_state, LuaNative.RegistryIndex);
        LuaNative.CreateTable(_state, 0, 0);
        return new LuaRoom(globals, LuaNative.Reference(_state, LuaNative.RegistryIndex));
    }

    /// <summary>Runs the script itself in a room, which defines its functions; null where that went well.</summary>
    public ScriptError? RunChunk(LuaRoom room)
    {
        Reserve();
        LuaNative.PushClosure(_state, &OnError, 0);
        _ = LuaNative.RawGet(_state, LuaNative.RegistryIndex, _chunk);
        _ = LuaNative.RawGet(_state, LuaNative.RegistryIndex, room.Globals);
        return Run(1, null);
    }

    /// <summary>Whether the room's script defines a function of this name.</summary>
    public bool Defines(LuaRoom room, ReadOnlySpan<byte> function)
    {
        Reserve();
        _ = LuaNative.RawGet(_state, LuaNative.RegistryIndex, room.Globals);
        PushText(function);
        var found = LuaNative.RawGet(_state, -2) == LuaNative.TypeFunction;
        LuaNative.SetTop(_state, 0);
        return found;
    }

    /// <summary>Calls a function of the room's script with <c>ctx</c> and, where there is one, the message; null where that went well or there is no such function.</summary>
    public ScriptError? CallFunction(LuaRoom room, ReadOnlySpan<byte> function, ScriptCall call)
    {
        Reserve();
        LuaNative.PushClosure(_state, &OnError, 0);
        _ = LuaNative.RawGet(_state, LuaNative.RegistryIndex, room.Globals);
        PushText(function);
        if (LuaNative.RawGet(_state, 2) != LuaNative.TypeFunction)
        {
            LuaNative.SetTop(_state, 0);
            return null;
        }

        Meter.Begin(_program.Instructions, _program.Time);
        try
        {
            LuaValues.PushContext(this, room, call);
            if (call.Message is { } message)
            {
                LuaValues.PushMessage(this, message);
            }
        }
        catch (ScriptStoppedException)
        {
            LuaNative.SetTop(_state, 0);
            return new ScriptError($"{_program.Name}: the script holds too much memory for the message (memory_bytes: {_program.MemoryBytes})", IsLimit: true);
        }

        return Run(call.Message is null ? 1 : 2, call);
    }

    /// <summary>The room's <c>ctx.state</c> as JSON; null where it cannot be written as such, or is longer than <paramref name="maxBytes"/>.</summary>
    public byte[]? ExportState(LuaRoom room, int maxBytes)
    {
        Reserve();
        Meter.Begin(long.MaxValue, _program.Time);
        _ = LuaNative.RawGet(_state, LuaNative.RegistryIndex, room.State);
        try
        {
            return LuaValues.ToJson(this, 1, maxBytes, LuaValues.MaxDepth);
        }
        catch (Exception exception) when (exception is ScriptException or ScriptStoppedException)
        {
            return null;
        }
        finally
        {
            LuaNative.SetTop(_state, 0);
        }
    }

    /// <summary>Makes <c>ctx.state</c> of what <see cref="ExportState"/> gave; false where there is no memory for it, and the room's state is empty.</summary>
    public bool ImportState(LuaRoom room, ReadOnlySpan<byte> json)
    {
        Reserve();
        Meter.Begin(long.MaxValue, _program.Time);
        try
        {
            LuaValues.PushJson(this, json);
            LuaNative.RawSet(_state, LuaNative.RegistryIndex, room.State);
            return true;
        }
        catch (ScriptStoppedException)
        {
            return false;
        }
        finally
        {
            LuaNative.SetTop(_state, 0);
        }
    }

    /// <summary>Lets go of a room and all that it holds.</summary>
    public void Drop(LuaRoom room)
    {
        LuaNative.Unreference(_state, LuaNative.RegistryIndex, room.Globals);
        LuaNative.Unreference(_state, LuaNative.RegistryIndex, room.State);
    }

    /// <summary>Pushes a text of UTF-8.</summary>
    public void PushText(ReadOnlySpan<byte> text)
    {
        fixed (byte* bytes = text)
        {
            LuaNative.PushString(_state, bytes, (nuint)text.Length);
        }
    }

    /// <summary>Pushes a text.</summary>
    public void PushText(string text)
    {
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        var buffer = length <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(length);
        PushText(buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Pushes the metatable of what comes from a JSON array.</summary>
    public void PushArrayMetatable() => _ = LuaNative.RawGet(_state, LuaNative.RegistryIndex, _arrayMetatable);

    /// <summary>Pushes the metatable that gives <c>ctx</c> its functions.</summary>
    public void PushContextMetatable() => _ = LuaNative.RawGet(_state, LuaNative.RegistryIndex, _contextMetatable);

    /// <summary>Throws where the script holds more than it may, or would with so many bytes more, once garbage is collected.</summary>
    public void Demand(long bytes = 0)
    {
        if (IsOver(bytes))
        {
            _ = LuaNative.CollectGarbage(_state, LuaNative.GcCollect);
            if (IsOver(bytes))
            {
                throw new ScriptStoppedException(LuaStop.Memory);
            }
        }

        bool IsOver(long more) => Volatile.Read(ref *_program.MemoryUsed) + more > _program.MemoryBytes;
    }

    /// <summary>A function of the host begins: until <see cref="LeaveHost"/> nothing is refused.</summary>
    public void EnterHost() => _memory->Grace++;

    public void LeaveHost() => _memory->Grace--;

    /// <summary>Stops the script at its next instruction.</summary>
    public void Halt(LuaStop reason) => _memory->Halt(reason);

    public void Dispose()
    {
        if (_state != 0)
        {
            Interlocked.Add(ref *_program.MemoryUsed, _sandboxBytes);
            LuaNative.Close(_state);
            _state = 0;
        }

        if (_self.IsAllocated)
        {
            _self.Free();
            NativeMemory.Free(_memory);
            _program.Release();
        }
    }

    // The stack is empty between calls; what pushes checks no more than this.
    private void Reserve()
    {
        ObjectDisposedException.ThrowIf(_state == 0, this);
        LuaNative.SetTop(_state, 0);
        if (LuaNative.CheckStack(_state, FreeSlots) == 0)
        {
            throw new InvalidOperationException("An empty Lua stack has no room.");
        }
    }

    // The error function, the script's function and its arguments are pushed.
    private ScriptError? Run(int arguments, ScriptCall? call)
    {
        Call = call;
        Meter.Begin(_program.Instructions, _program.Time);
        _memory->Begin(CallMemories * _program.MemoryBytes);
        _instructionsLeft = _program.Instructions;
        _instructionsTillLook = (int)Math.Min(_instructionsLeft, InstructionsBetweenLooks);
        _lastLook = Stopwatch.GetTimestamp();
        LuaNative.SetHook(_state, &OnCount, LuaNative.HookCount, _instructionsTillLook);
        _memory->Grace = 0;
        var status = LuaNative.CallProtected(_state, arguments, 0, 1, 0, 0);
        _memory->Grace = 1;
        LuaNative.SetHook(_state, null, 0, 0);
        Call = null;
        var error = status == LuaNative.Ok ? null : ReadError(status);
        LuaNative.SetTop(_state, 0);
        CollectIfCrowded();
        return error;
    }

    private ScriptError ReadError(int status)
    {
        if (_memory->Stop == LuaStop.None && status != LuaNative.MemoryError)
        {
            return new ScriptError(TextAt(-1) ?? _program.Name, IsLimit: false);
        }

        // What stopped it is said where it was caught; with a refused allocation Lua does not ask where.
        var reason = _memory->Stop == LuaStop.None ? LuaStop.Memory : _memory->Stop;
        var text = status == LuaNative.MemoryError ? null : TextAt(-1);
        return text is not null && text.EndsWith(Describe(reason), StringComparison.Ordinal)
            ? new ScriptError(text, IsLimit: true)
            : new ScriptError($"{_program.Name}: {Describe(reason)}", IsLimit: true);
    }

    private string Describe(LuaStop reason) => reason switch
    {
        LuaStop.Instructions => $"ran over {_program.Instructions} instructions",
        LuaStop.Time => $"ran longer than {_program.Time.TotalMilliseconds} ms",
        LuaStop.Memory => $"needs more than {_program.MemoryBytes} bytes of memory",
        LuaStop.Allocation => $"took more than {CallMemories * _program.MemoryBytes} bytes of memory in one call, though it gave them back",
        LuaStop.Steps => $"its patterns and moves took more than {_program.Instructions} steps",
        _ => "the gateway failed on it",
    };

    private string? TextAt(int index)
    {
        if (LuaNative.TypeOf(_state, index) != LuaNative.TypeString)
        {
            return null;
        }

        var bytes = LuaNative.ToString(_state, index, out var length);
        return Encoding.UTF8.GetString(bytes, (int)length);
    }

    // States share the script's memory, but each collects only its own garbage: one that grew much gives back what it can.
    private void CollectIfCrowded()
    {
        if (Volatile.Read(ref *_program.MemoryUsed) > _program.MemoryBytes / 2 && _memory->Used > _usedAfterCollection + (_usedAfterCollection / 4))
        {
            _ = LuaNative.CollectGarbage(_state, LuaNative.GcCollect);
            _usedAfterCollection = _memory->Used;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnCount(nint state, nint debug) => Of(state).Look();

    private void Look()
    {
        _instructionsLeft -= _instructionsTillLook;
        if (_instructionsLeft <= 0)
        {
            Halt(LuaStop.Instructions);
            return;
        }

        if (Meter.IsLate)
        {
            Halt(LuaStop.Time);
            return;
        }

        // One instruction may be megabytes of native work: where they are slow the next look comes sooner, so that the time is not far exceeded.
        var now = Stopwatch.GetTimestamp();
        var isSlow = Stopwatch.GetElapsedTime(_lastLook, now).TotalMilliseconds > 2;
        _lastLook = now;
        var next = (int)Math.Min(isSlow ? Math.Max(_instructionsTillLook / 32, 1) : InstructionsBetweenLooks, _instructionsLeft);
        if (next != _instructionsTillLook)
        {
            _instructionsTillLook = next;
            LuaNative.SetHook(_state, &OnCount, LuaNative.HookCount, next);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnError(nint handle)
    {
        var state = Of(handle);
        state.EnterHost();
        var text = state.DescribeError();
        LuaNative.SetTop(handle, 0);
        state.PushText(text);
        state.LeaveHost();
        return 1;
    }

    // The error is the only value on the stack, and what raised it still stands on Lua's: the place can be asked for.
    private string DescribeError()
    {
        var place = Place();
        if (_memory->Stop != LuaStop.None)
        {
            return $"{place}{Describe(_memory->Stop)}";
        }

        var text = LuaNative.TypeOf(_state, 1) switch
        {
            LuaNative.TypeString or LuaNative.TypeNumber => Shorten(LuaNative.ToString(_state, 1, out var length), length),
            LuaNative.TypeNil => "error with nil",
            LuaNative.TypeTable => "error with a table",
            _ => "error with a value that is no text",
        };
        return text.StartsWith($"{_program.Name}:", StringComparison.Ordinal) ? text : place + text;
    }

    private string Place()
    {
        var debug = default(LuaDebug);
        for (var level = 0; level < 32 && LuaNative.GetStack(_state, level, &debug) != 0; level++)
        {
            if (LuaNative.GetInfo(_state, "Sl", &debug) != 0 && debug.Line > 0)
            {
                return $"{debug.Source}:{debug.Line}: ";
            }
        }

        return $"{_program.Name}: ";
    }

    private static string Shorten(byte* text, nuint length)
    {
        var words = Encoding.UTF8.GetString(text, (int)Math.Min(length, MaxErrorBytes));
        return string.Create(words.Length, words, static (line, words) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(words[i]) ? ' ' : words[i];
            }
        });
    }

    // The sandbox's tables are the prelude's affair; here it is given what it makes them of.
    private (int Globals, int Context, int Array) OpenSandbox()
    {
        if (LuaNative.CheckStack(_state, FreeSlots) == 0)
        {
            throw new ScriptException("there is no memory for a Lua state");
        }

        foreach (var (name, open) in new[] { ("_G", "luaopen_base"), ("table", "luaopen_table"), ("string", "luaopen_string"), ("math", "luaopen_math"), ("utf8", "luaopen_utf8") })
        {
            LuaNative.Require(_state, name, LuaNative.Export(open), 1);
        }

        LuaNative.SetTop(_state, 0);
        Seed();
        LoadText(Strip, "=" + Prelude);
        PushText(PreludeText);
        Must(LuaNative.CallProtected(_state, 1, 1, 0, 0, 0));
        LuaFunctions.PushTable(this);
        Must(LuaNative.CallProtected(_state, 1, 3, 0, 0, 0));
        var array = LuaNative.Reference(_state, LuaNative.RegistryIndex);
        var context = LuaNative.Reference(_state, LuaNative.RegistryIndex);
        return (LuaNative.Reference(_state, LuaNative.RegistryIndex), context, array);
    }

    // The library seeds itself from addresses and the clock.
    private void Seed()
    {
        Span<byte> seed = stackalloc byte[16];
        RandomNumberGenerator.Fill(seed);
        LoadText("math.randomseed(...)"u8, "=" + Prelude);
        LuaNative.PushInteger(_state, MemoryMarshal.Read<long>(seed));
        LuaNative.PushInteger(_state, MemoryMarshal.Read<long>(seed[8..]));
        Must(LuaNative.CallProtected(_state, 2, 0, 0, 0, 0));
    }

    private void LoadText(ReadOnlySpan<byte> text, string name)
    {
        fixed (byte* bytes = text)
        {
            Must(LuaNative.Load(_state, bytes, (nuint)text.Length, name, "t"));
        }
    }

    private void Must(int status)
    {
        if (status != LuaNative.Ok)
        {
            throw new ScriptException(TextAt(-1) ?? "Lua gave no reason");
        }
    }

    // Compiled once as a function that is given its globals. First alone: what is not a chunk by itself must not become one by what stands around it.
    private int Compile()
    {
        var name = "@" + _program.Name;
        _memory->Begin(CallMemories * _program.MemoryBytes);
        _memory->Grace = 0;
        var alone = Load(_program.Source, name);
        var status = alone == LuaNative.Ok ? Load([.. "return function(_ENV, ...) "u8, .. _program.Source, .. "\nend"u8], name) : alone;
        _memory->Grace = 1;
        if (status == LuaNative.MemoryError)
        {
            throw new ScriptException($"{_program.Name}: {Describe(LuaStop.Memory)}");
        }

        if (status != LuaNative.Ok)
        {
            var problem = TextAt(-1) ?? "cannot be read";
            throw new ScriptException(problem.StartsWith(_program.Name, StringComparison.Ordinal) ? problem : $"{_program.Name}: {problem}");
        }

        Must(LuaNative.CallProtected(_state, 0, 1, 0, 0, 0));
        var chunk = LuaNative.Reference(_state, LuaNative.RegistryIndex);
        LuaNative.SetTop(_state, 0);
        return chunk;

        int Load(ReadOnlySpan<byte> text, string chunkName)
        {
            fixed (byte* bytes = text)
            {
                return LuaNative.Load(_state, bytes, (nuint)text.Length, chunkName, "t");
            }
        }
    }

    private static byte[] ReadPrelude()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("prelude.lua")!;
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }
}
