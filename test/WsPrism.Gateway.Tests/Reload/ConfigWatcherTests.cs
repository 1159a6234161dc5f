using WsPrism.Core.Configuration;
using WsPrism.Gateway.Reload;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Reload;

/// <summary>Each way in which a file can come to read differently.</summary>
public sealed class ConfigWatcherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "w.yaml");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_change_is_told_once_and_only_when_it_has_settled()
    {
        _folder.Write("w.yaml", "a");
        using var watcher = new ConfigWatcher(File);

        Assert.False(watcher.Look([]));
        _folder.Write("w.yaml", "ab");
        Assert.False(watcher.Look([]));
        _folder.Write("w.yaml", "abc");
        Assert.False(watcher.Look([]));
        Assert.True(watcher.Look([]));
        Assert.False(watcher.Look([]));
    }

    [Fact]
    public void A_change_that_is_taken_back_is_none()
    {
        _folder.Write("w.yaml", "a");
        using var watcher = new ConfigWatcher(File);

        _folder.Write("w.yaml", "b");
        Assert.False(watcher.Look([]));
        _folder.Write("w.yaml", "a");
        Assert.False(watcher.Look([]));
        Assert.False(watcher.Look([]));
    }

    [Fact]
    public void A_file_that_is_renamed_over_it_counts_and_one_that_is_away_does_not()
    {
        _folder.Write("w.yaml", "a");
        using var watcher = new ConfigWatcher(File);

        System.IO.File.Delete(File);
        Assert.False(watcher.Look([]));
        Assert.False(watcher.Look([]));
        _folder.Write("new", "b");
        System.IO.File.Move(Path.Combine(_folder.Path, "new"), File, overwrite: true);

        Assert.False(watcher.Look([]));
        Assert.True(watcher.Look([]));
    }

    [Fact]
    public void A_link_that_is_turned_counts_as_with_a_ConfigMap()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Links need rights elsewhere.");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "..2026_01"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "..2026_02"));
        _folder.Write("..2026_01/w.yaml", "a");
        _folder.Write("..2026_02/w.yaml", "b");
        var data = Path.Combine(_folder.Path, "..data");
        Directory.CreateSymbolicLink(data, "..2026_01");
        System.IO.File.CreateSymbolicLink(File, "..data/w.yaml");
        using var watcher = new ConfigWatcher(File);
        Assert.False(watcher.Look([]));

        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "..2026_02");

        Assert.False(watcher.Look([]));
        Assert.True(watcher.Look([]));
    }

    [Fact]
    public void Looking_keeps_no_descriptor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted in /proc.");
        _folder.Write("w.yaml", new string('a', 100_000));
        using var watcher = new ConfigWatcher(File);
        watcher.Look([]);

        Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd"), link => TargetOf(link) == File);
    }

    [Fact]
    public void A_plugin_whose_file_is_not_the_one_that_was_loaded_has_changed()
    {
        _folder.Write("w.yaml", "a");
        _folder.Write("p.lua", "new");
        var path = Path.Combine(Path.GetDirectoryName(File)!, "p.lua");
        using var watcher = new ConfigWatcher(File);
        var loaded = new PluginFile(path, "old"u8.ToArray());

        Assert.False(watcher.Look([loaded]));
        Assert.True(watcher.Look([loaded]));
        Assert.False(watcher.Look([loaded]));
        System.IO.File.Delete(path);
        Assert.False(watcher.Look([loaded]));
        _folder.Write("p.lua", "newer");
        Assert.False(watcher.Look([loaded, loaded]));
        Assert.True(watcher.Look([loaded, loaded]));
    }

    // Other tests close theirs meanwhile.
    private static string? TargetOf(string link)
    {
        try
        {
            return System.IO.File.ResolveLinkTarget(link, false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
