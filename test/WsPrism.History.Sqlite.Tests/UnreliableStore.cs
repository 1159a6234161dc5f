using WsPrism.Core.Rooms.History;

namespace WsPrism.History.Sqlite.Tests;

/// <summary>The real store behind a disk that a test can fill up or stop.</summary>
internal sealed class UnreliableStore(IHistoryStore store) : IHistoryStore
{
    private readonly ManualResetEventSlim _runs = new(true);

    public bool Fails { get; set; }

    public void Stop() => _runs.Reset();

    public void GoOn() => _runs.Set();

    public IEnumerable<StoredRoom> Load() => store.Load();

    public void Write(IReadOnlyList<HistoryOperation> operations)
    {
        _runs.Wait();
        if (Fails)
        {
            throw new IOException("The disk is full.");
        }

        store.Write(operations);
    }

    public void Dispose()
    {
        store.Dispose();
        _runs.Dispose();
    }
}
