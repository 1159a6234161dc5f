namespace WsPrism.Gateway.Cli.New;

/// <summary>What is said when a starter was written: the commands to go on with, such that they can be copied.</summary>
internal static class NextSteps
{
    public static string Of(Starter starter)
    {
        var missing = IsFound(starter.Backend.Program) ? "" : $"\n{starter.Backend.Program} is not on the PATH, and the backend needs it: {starter.Backend.Source}\n";
        return $"""
            {starter.Name} is made. Start the gateway:

              cd {starter.Name}
              {Self()} start

            and in another terminal the backend, which serves the page:

              cd {starter.Name}
              {starter.Backend.Run}
            {missing}
            Then open http://127.0.0.1:3000/ in two windows. {starter.Name}/README.md says what to change first.

            """.ReplaceLineEndings("\n");
    }

    // How this program was called, for it may not be installed.
    private static string Self()
    {
        var path = Environment.ProcessPath ?? "wsprism";
        var name = Path.GetFileNameWithoutExtension(path);
        if (name == "dotnet")
            return $"dotnet {Quote(Path.Combine(AppContext.BaseDirectory, "wsprism.dll"))}";
        return Folders().Contains(Path.GetDirectoryName(path)) ? name : Quote(path);
    }

    // PowerShell takes a quoted path for a text: the sign before it has it run.
    private static string Quote(string path) => !path.Contains(' ', StringComparison.Ordinal) ? path : OperatingSystem.IsWindows() ? $"& \"{path}\"" : $"\"{path}\"";

    private static bool IsFound(string program) =>
        Folders().Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

    private static string[] Folders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
