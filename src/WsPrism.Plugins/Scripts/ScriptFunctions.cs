namespace WsPrism.Plugins.Scripts;

/// <summary>The functions that a script defines for the gateway to call.</summary>
[Flags]
internal enum ScriptFunctions
{
    OnMessage = 1,
    OnJoin = 2,
    OnLeave = 4,
    OnTick = 8,
}
