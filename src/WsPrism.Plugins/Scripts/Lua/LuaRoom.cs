namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>A room in a Lua state: references to its globals and to its <c>ctx.state</c>. Good for the state that made it.</summary>
internal readonly record struct LuaRoom(int Globals, int State);
