using Microsoft.Data.Sqlite;
using WsPrism.Core.Rooms.History;

namespace WsPrism.History.Sqlite.Tests;

public sealed class SqliteFileTests : IDisposable
{
    private readonly Storing _storing = new();

    public void Dispose() => _storing.Dispose();

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        File.WriteAllBytes(_storing.FilePath, [.. Enumerable.Range(0, 5_000).Select(i => (byte)i)]);
        Assert.Equal($"\"{_storing.FilePath}\" is damaged, or no database: restore it, or move it away to begin anew", Problem());
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        using (var gateway = _storing.Start())
        {
            var alice = gateway.ConnectTo("r", "alice");
            for (var i = 0; i < 60; i++)
            {
                alice.Say(new string('x', 3_000));
                gateway.Settle();
            }
        }

        var bytes = File.ReadAllBytes(_storing.FilePath);
        for (var i = 4_096; i < bytes.Length - 4_096; i += 512)
        {
            bytes.AsSpan(i, 64).Fill(0xA5);
        }

        File.WriteAllBytes(_storing.FilePath, bytes);
        Assert.StartsWith($"\"{_storing.FilePath}\" is damaged", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_use_is_named()
    {
        using var first = SqliteHistoryStore.Open(_storing.FilePath);
        Assert.Equal($"\"{_storing.FilePath}\" is in use by another process: each gateway needs a file of its own", Problem());
    }

    [Fact]
    public void Another_programs_file_is_left_alone()
    {
        SQLitePCL.Batteries_V2.Init();
        using (var connection = new SqliteConnection($"Data Source={_storing.FilePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE rooms (id INTEGER)";
            command.ExecuteNonQuery();
        }

        Assert.Equal($"\"{_storing.FilePath}\" is a database of another program: name another file", Problem());
    }

    [Fact]
    public void A_file_that_cannot_be_made_is_named()
    {
        var path = Path.Combine(_storing.FilePath, "below", "history.db");
        Assert.StartsWith($"\"{path}\" cannot be opened: ", Assert.Throws<HistoryStoreException>(() => SqliteHistoryStore.Open(path)).Message, StringComparison.Ordinal);
    }

    private string Problem() => Assert.Throws<HistoryStoreException>(() => SqliteHistoryStore.Open(_storing.FilePath)).Message;
}
