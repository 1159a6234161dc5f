namespace WsPrism.Plugins.Scripts;

/// <summary>Why a call of a script failed. The message begins with the file's name and, where there is one, the line.</summary>
internal sealed record ScriptError(string Message, bool IsLimit);
