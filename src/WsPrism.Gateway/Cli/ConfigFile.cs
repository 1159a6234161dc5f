using System.CommandLine;
using WsPrism.Configuration;

namespace WsPrism.Gateway.Cli;

/// <summary>Which configuration a command works on, and telling what is wrong with it.</summary>
internal static class ConfigFile
{
    public const string DefaultName = "wsprism.yaml";

    public static Option<FileInfo?> CreateOption() => new("--config", "-c")
    {
        Description = $"The configuration file. Without it: ./{DefaultName}, or the built-in demonstration where there is none.",
        HelpName = "FILE",
    };

    /// <summary>The file that <see cref="Load"/> loads; null for the demonstration.</summary>
    public static string? PathOf(FileInfo? file) => file?.ToString() ?? (File.Exists(DefaultName) ? DefaultName : null);

    /// <summary>Loads the file named, otherwise <c>./wsprism.yaml</c>, otherwise the demonstration.</summary>
    public static (ConfigLoadResult Result, string Name, bool IsDemo) Load(FileInfo? file)
    {
        if (file is not null)
        {
            return (ConfigLoader.LoadFile(file.ToString()), file.ToString(), false);
        }

        return File.Exists(DefaultName)
            ? (ConfigLoader.LoadFile(DefaultName), $"./{DefaultName}", false)
            : (ConfigLoader.LoadText(DemoConfig.Text, DemoConfig.FileName), "the built-in demonstration", true);
    }

    /// <summary>Writes all errors to standard error.</summary>
    public static async Task ReportAsync(IReadOnlyList<ConfigProblem> errors, string name)
    {
        foreach (var error in errors)
        {
            await Console.Error.WriteLineAsync(error.ToString());
        }

        await Console.Error.WriteLineAsync(errors.Count == 1 ? $"{name}: 1 error" : $"{name}: {errors.Count} errors");
    }
}
