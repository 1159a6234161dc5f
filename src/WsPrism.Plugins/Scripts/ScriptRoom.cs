using WsPrism.Plugins.Scripts.Lua;

namespace WsPrism.Plugins.Scripts;

/// <summary>A room in which the script has run, or is about to. Owned by its lane; the name is empty for whoever is in no room.</summary>
internal sealed class ScriptRoom(string name)
{
    public string Name => name;

    /// <summary>Where it is in the lane's Lua state; null where it is not.</summary>
    public LuaRoom? Lua { get; set; }

    /// <summary>Its state as JSON between two versions of the script; null for none.</summary>
    public byte[]? Kept { get; set; }
}
