using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>
/// What the allocator of one Lua state knows, in native memory so that it is found without a handle. Owned by the thread that runs the state; <see cref="Shared"/>
/// is counted by all states of a script together.
/// </summary>
/// <remarks>
/// What does not fit is refused twice: the first time Lua collects its garbage and asks again. The second time a small block is granted all the same and the script
/// is stopped at its next instruction, where the line is known; a large one is refused, which is Lua's own memory error. While <see cref="Grace"/> is not 0
/// managed code calls the library outside a protected call, where a refusal would be the end of the process: nothing is refused then, and what managed code
/// pushes is bounded by itself.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LuaMemory
{
    // How far over the limit a script may come on its way to the next instruction.
    private const long SlackBytes = 65_536;

    /// <summary>Bytes of all states of the script.</summary>
    public long* Shared;

    /// <summary>What <see cref="Shared"/> may reach.</summary>
    public long Limit;

    /// <summary>Bytes of this state.</summary>
    public long Used;

    /// <summary>Bytes that may still be taken in this call, whatever is given back meanwhile.</summary>
    public long CallBytes;

    /// <summary>More than 0 where nothing is refused.</summary>
    public int Grace;

    /// <summary>Why the script is to stop.</summary>
    public LuaStop Stop;

    /// <summary>The state, 0 while it is being made.</summary>
    public nint State;

    private nuint _refused;

    /// <summary>Begins a call.</summary>
    public void Begin(long callBytes)
    {
        CallBytes = callBytes;
        Stop = LuaStop.None;
        _refused = 0;
    }

    /// <summary>Stops the script at its next instruction, with an error that no <c>pcall</c> holds back: whatever runs next raises it again.</summary>
    public void Halt(LuaStop reason)
    {
        if (Stop == LuaStop.None)
        {
            Stop = reason;
            LuaNative.SetHook(State, LuaNative.Error, LuaNative.HookCount, 1);
        }
    }

    /// <summary>The allocator, as <c>lua_Alloc</c> is described in §4.6 of the reference manual.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void* Allocate(void* userData, void* block, nuint oldSize, nuint newSize)
    {
        var memory = (LuaMemory*)userData;
        var before = block is null ? 0 : (long)oldSize;
        if (newSize == 0)
        {
            NativeMemory.Free(block);
            memory->Count(-before);
            return null;
        }

        var more = (long)newSize - before;
        if (more > 0 && memory->Grace == 0 && !memory->MayHave(more, newSize))
        {
            return null;
        }

        try
        {
            block = NativeMemory.Realloc(block, newSize);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }

        memory->Count(more);
        return block;
    }

    private void Count(long bytes)
    {
        Used += bytes;
        Interlocked.Add(ref *Shared, bytes);
    }

    private bool MayHave(long more, nuint size)
    {
        if (State == 0)
        {
            return true;
        }

        CallBytes -= more;
        if (CallBytes < 0)
        {
            Halt(LuaStop.Allocation);
            return more <= SlackBytes && CallBytes > -SlackBytes;
        }

        var over = Volatile.Read(ref *Shared) + more - Limit;
        if (over <= 0)
        {
            return true;
        }

        if (_refused != size)
        {
            _refused = size;
            return false;
        }

        _refused = 0;
        Halt(LuaStop.Memory);
        return more <= SlackBytes && over <= SlackBytes;
    }
}
