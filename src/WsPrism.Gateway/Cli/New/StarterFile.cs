namespace WsPrism.Gateway.Cli.New;

/// <summary>A file of a starter.</summary>
/// <param name="Path">Its place in the starter's folder.</param>
/// <param name="Text">What it says.</param>
/// <param name="IsSecret">Nobody else on this machine may read it.</param>
internal sealed record StarterFile(string Path, string Text, bool IsSecret = false)
{
    /// <summary>Writes it, or fails where it is there.</summary>
    public async Task WriteAsync(string folder)
    {
        var path = System.IO.Path.Combine(folder, Path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (IsSecret && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(Text);
    }
}
