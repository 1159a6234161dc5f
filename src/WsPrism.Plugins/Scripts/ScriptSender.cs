namespace WsPrism.Plugins.Scripts;

/// <summary>Whose deed a script is called for. What is read of a session may be read at any time.</summary>
internal sealed record ScriptSender(string User, string Session, uint Handle);
