using System.Security.Cryptography;

namespace WsPrism.Gateway.Reload;

/// <summary>
/// Looks every second whether the configuration file reads differently, and says so when it has read the same twice: an editor or a copy that is not through does
/// not count. What is compared is the content, whichever way it came: written in place, renamed over, or behind a link that was turned (as Kubernetes does with a
/// ConfigMap), on any file system. Used by one task.
/// </summary>
internal sealed class ConfigWatcher : IDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[16_384];
    private readonly byte[] _known = new byte[SHA256.HashSizeInBytes];
    private readonly byte[] _seen = new byte[SHA256.HashSizeInBytes];

    /// <summary>What the file has now is what is known.</summary>
    public ConfigWatcher(string file)
    {
        _file = file;
        if (TryRead(_known))
        {
            _known.CopyTo(_seen, 0);
        }
    }

    /// <summary>Looks until it is cancelled, and calls <paramref name="changed"/> each time that the file has changed.</summary>
    public async Task RunAsync(Func<Task> changed, TimeProvider time, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                if (Look())
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

    /// <summary>True where the file reads differently from what is known, and the same as when it was last looked at; from then on that is known.</summary>
    public bool Look()
    {
        Span<byte> now = stackalloc byte[SHA256.HashSizeInBytes];
        if (!TryRead(now))
        {
            // Between two names, perhaps. A file that stays away is a matter for the next start, or for who asks for a reload.
            return false;
        }

        var isSettled = now.SequenceEqual(_seen);
        now.CopyTo(_seen);
        if (!isSettled || now.SequenceEqual(_known))
        {
            return false;
        }

        now.CopyTo(_known);
        return true;
    }

    public void Dispose() => _hash.Dispose();

    private bool TryRead(Span<byte> hash)
    {
        try
        {
            using var file = System.IO.File.OpenHandle(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var offset = 0L;
            for (int read; (read = RandomAccess.Read(file, _buffer, offset)) > 0; offset += read)
            {
                _hash.AppendData(_buffer.AsSpan(0, read));
            }

            _hash.GetHashAndReset(hash);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What was read of it so far is thrown away.
            _hash.GetHashAndReset(hash);
            return false;
        }
    }
}
