using System.Security.Cryptography;
using WsPrism.Core.Configuration;

namespace WsPrism.Gateway.Reload;

/// <summary>
/// Looks every second whether the configuration file, or a plugin's file that it names, reads differently, and says so when it has read the same twice: an editor
/// or a copy that is not through does not count. What is compared is the content, whichever way it came: written in place, renamed over, or behind a link that
/// was turned (as Kubernetes does with a ConfigMap), on any file system. Used by one task.
/// </summary>
internal sealed class ConfigWatcher : IDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[16_384];
    private readonly string _file;
    private readonly Dictionary<string, Watched> _plugins = [];
    private readonly Watched _config;

    /// <summary>What the file has now is what is known.</summary>
    public ConfigWatcher(string file)
    {
        _file = file;
        _config = new Watched(Read(file));
    }

    /// <summary>Looks until it is cancelled, and calls <paramref name="changed"/> each time that a file has changed.</summary>
    public async Task RunAsync(Func<IEnumerable<PluginFile>> plugins, Func<Task> changed, TimeProvider time, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                if (Look(plugins()))
                {
                    await changed();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway ends.
        }
    }

    /// <summary>
    /// True where a file reads differently from what is known, and the same as when it was last looked at; from then on that is known. Of plugins' files that is
    /// first what was loaded.
    /// </summary>
    public bool Look(IEnumerable<PluginFile> plugins)
    {
        var hasChanged = _config.Look(Read(_file));
        foreach (var (path, files) in plugins.GroupBy(plugin => plugin.Path).ToDictionary(group => group.Key))
        {
            if (!_plugins.TryGetValue(path, out var watched))
            {
                _plugins.Add(path, watched = new Watched(files.First().Hash));
            }

            hasChanged |= watched.Look(Read(path));
        }

        return hasChanged;
    }

    public void Dispose() => _hash.Dispose();

    // Null where it cannot be read: between two names, perhaps. A file that stays away is a matter for the next start, or for who asks for a reload.
    private string? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var offset = 0L;
            for (int read; (read = RandomAccess.Read(file, _buffer, offset)) > 0; offset += read)
            {
                _hash.AppendData(_buffer.AsSpan(0, read));
            }

            return Convert.ToHexStringLower(_hash.GetHashAndReset());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What was read of it so far is thrown away.
            _hash.GetHashAndReset();
            return null;
        }
    }

    private sealed class Watched(string? known)
    {
        private string? _known = known;
        private string? _seen = known;

        public bool Look(string? now)
        {
            if (now is null)
            {
                return false;
            }

            var isSettled = now == _seen;
            _seen = now;
            if (!isSettled || now == _known)
            {
                return false;
            }

            _known = now;
            return true;
        }
    }
}
