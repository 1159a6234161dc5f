using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>
/// The functions of the Lua 5.4 library that are used here, as the reference manual (§4) names them. An error in Lua is a longjmp: nothing that may raise one is
/// called from managed code but through <see cref="CallProtected"/> and <see cref="Load"/>, or while the allocator refuses nothing (<see cref="LuaMemory"/>).
/// </summary>
internal static unsafe partial class LuaNative
{
    public const int Ok = 0;
    public const int MemoryError = 4;

    public const int TypeNil = 0;
    public const int TypeBoolean = 1;
    public const int TypeLightUserData = 2;
    public const int TypeNumber = 3;
    public const int TypeString = 4;
    public const int TypeTable = 5;
    public const int TypeFunction = 6;

    public const int RegistryIndex = -1_000_000 - 1_000;
    public const int HookCount = 1 << 3;

    public const int GcCollect = 2;

    private const string Library = "lua54";

    /// <summary>
    /// The native <c>luaL_error</c>. Set as a hook it raises an error in the running script without a managed frame in between: its second argument, the event's
    /// description, begins with the number of the event, which reads as a short text without a format.
    /// </summary>
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, void> Error =
        (delegate* unmanaged[Cdecl]<nint, nint, void>)NativeLibrary.GetExport(NativeLibrary.Load(Library, typeof(LuaNative).Assembly, null), "luaL_error");

    [LibraryImport(Library, EntryPoint = "lua_newstate")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint NewState(delegate* unmanaged[Cdecl]<void*, void*, nuint, nuint, void*> allocator, void* userData);

    [LibraryImport(Library, EntryPoint = "lua_close")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void Close(nint state);

    [LibraryImport(Library, EntryPoint = "lua_pcallk")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int CallProtected(nint state, int arguments, int results, int handler, nint context, nint continuation);

    [LibraryImport(Library, EntryPoint = "luaL_loadbufferx", StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Load(nint state, byte* text, nuint length, string name, string mode);

    [LibraryImport(Library, EntryPoint = "lua_sethook")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void SetHook(nint state, delegate* unmanaged[Cdecl]<nint, nint, void> hook, int mask, int count);

    [LibraryImport(Library, EntryPoint = "lua_getstack")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int GetStack(nint state, int level, LuaDebug* debug);

    [LibraryImport(Library, EntryPoint = "lua_getinfo", StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int GetInfo(nint state, string what, LuaDebug* debug);

    [LibraryImport(Library, EntryPoint = "luaL_requiref", StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void Require(nint state, string name, nint open, int global);

    [LibraryImport(Library, EntryPoint = "luaL_ref")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Reference(nint state, int table);

    [LibraryImport(Library, EntryPoint = "luaL_unref")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void Unreference(nint state, int table, int reference);

    [LibraryImport(Library, EntryPoint = "lua_gc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int CollectGarbage(nint state, int what);

    [LibraryImport(Library, EntryPoint = "lua_checkstack")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int CheckStack(nint state, int slots);

    [LibraryImport(Library, EntryPoint = "lua_createtable")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void CreateTable(nint state, int elements, int fields);

    [LibraryImport(Library, EntryPoint = "lua_pushlstring")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* PushString(nint state, byte* text, nuint length);

    [LibraryImport(Library, EntryPoint = "lua_pushcclosure")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void PushClosure(nint state, delegate* unmanaged[Cdecl]<nint, int> function, int upvalues);

    [LibraryImport(Library, EntryPoint = "lua_tolstring")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* ToString(nint state, int index, out nuint length);

    [LibraryImport(Library, EntryPoint = "lua_rawset")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void RawSet(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_rawseti")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void RawSet(nint state, int index, long key);

    [LibraryImport(Library, EntryPoint = "lua_rawget")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int RawGet(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_rawgeti")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int RawGet(nint state, int index, long key);

    [LibraryImport(Library, EntryPoint = "lua_next")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Next(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_setmetatable")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int SetMetatable(nint state, int index);

    // What follows neither allocates nor calls back: no transition is needed.
    [LibraryImport(Library, EntryPoint = "lua_rawlen")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial ulong RawLength(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_getmetatable")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial int GetMetatable(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_rawequal")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial int RawEqual(nint state, int first, int second);

    [LibraryImport(Library, EntryPoint = "lua_gettop")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial int GetTop(nint state);

    [LibraryImport(Library, EntryPoint = "lua_settop")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial void SetTop(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_pushvalue")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial void PushValue(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_pushnil")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial void PushNil(nint state);

    [LibraryImport(Library, EntryPoint = "lua_pushboolean")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial void PushBoolean(nint state, int value);

    [LibraryImport(Library, EntryPoint = "lua_pushinteger")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial void PushInteger(nint state, long value);

    [LibraryImport(Library, EntryPoint = "lua_pushnumber")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial void PushNumber(nint state, double value);

    [LibraryImport(Library, EntryPoint = "lua_pushlightuserdata")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial void PushPointer(nint state, nint value);

    [LibraryImport(Library, EntryPoint = "lua_type")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial int TypeOf(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_isinteger")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial int IsInteger(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_toboolean")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial int ToBoolean(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_tointegerx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial long ToInteger(nint state, int index, int* isInteger);

    [LibraryImport(Library, EntryPoint = "lua_tonumberx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial double ToNumber(nint state, int index, int* isNumber);

    [LibraryImport(Library, EntryPoint = "lua_touserdata")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    public static partial nint ToUserData(nint state, int index);

    /// <summary>An exported function by name, for <see cref="Require"/>.</summary>
    public static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.Load(Library, typeof(LuaNative).Assembly, null), name);
}
