using Microsoft.Data.Sqlite;
using WsPrism.Core.Rooms.History;

namespace WsPrism.History.Sqlite;

/// <summary>
/// Histories in one SQLite file. It is locked for as long as it is open, and each transaction is on the disk when it is done (WAL, synchronous FULL): neither a killed
/// process nor a lost machine takes what was said. Used by one thread at a time.
/// </summary>
internal sealed class SqliteHistoryStore : IHistoryStore
{
    // "wsPH": a file that is another program's is not to be written to.
    private const int ApplicationId = 0x77735048;
    private const int Version = 1;

    private const int Busy = 5;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    private const string Schema = """
        CREATE TABLE rooms (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, room TEXT NOT NULL, epoch INTEGER NOT NULL, head INTEGER NOT NULL, UNIQUE (tenant, room));
        CREATE TABLE messages (room INTEGER NOT NULL, offset INTEGER NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (room, offset)) WITHOUT ROWID;
        """;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _findRoom;
    private readonly SqliteCommand _addRoom;
    private readonly SqliteCommand _moveRoom;
    private readonly SqliteCommand _dropRoom;
    private readonly SqliteCommand _addMessage;
    private readonly SqliteCommand _trim;

    // As the file has them; emptied when a transaction fails.
    private readonly Dictionary<(string Tenant, string Room), RoomRow> _rooms = [];
    private readonly HashSet<RoomRow> _moved = [];

    private SqliteHistoryStore(SqliteConnection connection)
    {
        _connection = connection;
        _findRoom = Prepare("SELECT id, epoch, head FROM rooms WHERE tenant = $tenant AND room = $room", "$tenant", "$room");
        _addRoom = Prepare("INSERT INTO rooms (tenant, room, epoch, head) VALUES ($tenant, $room, $epoch, 0) RETURNING id", "$tenant", "$room", "$epoch");
        _moveRoom = Prepare("UPDATE rooms SET epoch = $epoch, head = $head WHERE id = $id", "$epoch", "$head", "$id");
        _dropRoom = Prepare("DELETE FROM rooms WHERE id = $id", "$id");
        _addMessage = Prepare("INSERT INTO messages (room, offset, at, bytes) VALUES ($room, $offset, $at, $bytes)", "$room", "$offset", "$at", "$bytes");
        _trim = Prepare("DELETE FROM messages WHERE room = $room AND offset < $first", "$room", "$first");
    }

    /// <summary>Opens the file, which is made where it is missing, and checks it; throws <see cref="HistoryStoreException"/> where it is of no use.</summary>
    public static SqliteHistoryStore Open(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        // A file that is locked stays so: 0 would wait for ever.
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, DefaultTimeout = 1 };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            Check(connection, path);
            return new SqliteHistoryStore(connection);
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new HistoryStoreException(Explain(exception, path), exception);
        }
        catch (HistoryStoreException)
        {
            connection.Dispose();
            throw;
        }
    }

    public IEnumerable<StoredRoom> Load()
    {
        using var rooms = _connection.CreateCommand();
        rooms.CommandText = "SELECT id, tenant, room, epoch, head FROM rooms";
        using var reader = rooms.ExecuteReader();
        while (reader.Read())
        {
            var head = (ulong)reader.GetInt64(4);
            yield return new StoredRoom(reader.GetString(1), reader.GetString(2), (ulong)reader.GetInt64(3), head, LoadMessages(reader.GetInt64(0), head));
        }
    }

    public void Write(IReadOnlyList<HistoryOperation> operations)
    {
        using var transaction = _connection.BeginTransaction();
        try
        {
            foreach (var operation in operations)
            {
                Write(operation, transaction);
            }

            foreach (var room in _moved)
            {
                Run(_moveRoom, transaction, (long)room.Epoch, (long)room.Head, room.Id);
            }

            transaction.Commit();
        }
        catch (Exception)
        {
            _rooms.Clear();
            throw;
        }
        finally
        {
            _moved.Clear();
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
    }

    private void Write(HistoryOperation operation, SqliteTransaction transaction)
    {
        switch (operation.Kind)
        {
            case HistoryOperationKind.Publish when operation.IsStored:
                Add(operation, transaction);
                break;
            case HistoryOperationKind.Trim when Find(operation, transaction) is { } room:
                Run(_trim, transaction, room.Id, (long)operation.Offset);
                break;
            case HistoryOperationKind.Forget when Find(operation, transaction) is { } room:
                Run(_trim, transaction, room.Id, long.MaxValue);
                Run(_dropRoom, transaction, room.Id);
                _rooms.Remove((operation.Tenant, operation.Room));
                _moved.Remove(room);
                break;
        }
    }

    private void Add(HistoryOperation publish, SqliteTransaction transaction)
    {
        var room = Find(publish, transaction) ?? AddRoom(publish, transaction);
        if (room.Epoch != publish.Epoch)
        {
            // What is there is of another history.
            Run(_trim, transaction, room.Id, long.MaxValue);
            room.Epoch = publish.Epoch;
        }

        Run(_addMessage, transaction, room.Id, (long)publish.Offset, publish.AtUnixMs, publish.Frame!.Payload.ToArray());
        room.Head = publish.Offset;
        _moved.Add(room);
    }

    private RoomRow? Find(HistoryOperation operation, SqliteTransaction transaction)
    {
        var key = (operation.Tenant, operation.Room);
        if (!_rooms.TryGetValue(key, out var room))
        {
            Set(_findRoom, transaction, operation.Tenant, operation.Room);
            using var reader = _findRoom.ExecuteReader();
            if (!reader.Read())
            {
                return null;
            }

            room = new RoomRow(reader.GetInt64(0)) { Epoch = (ulong)reader.GetInt64(1), Head = (ulong)reader.GetInt64(2) };
            _rooms.Add(key, room);
        }

        return room;
    }

    private RoomRow AddRoom(HistoryOperation publish, SqliteTransaction transaction)
    {
        Set(_addRoom, transaction, publish.Tenant, publish.Room, (long)publish.Epoch);
        var room = new RoomRow((long)_addRoom.ExecuteScalar()!) { Epoch = publish.Epoch };
        _rooms.Add((publish.Tenant, publish.Room), room);
        return room;
    }

    // The last ones without a gap, up to the head.
    private List<StoredMessage> LoadMessages(long room, ulong head)
    {
        using var select = _connection.CreateCommand();
        select.CommandText = "SELECT offset, at, bytes FROM messages WHERE room = $room ORDER BY offset DESC";
        select.Parameters.AddWithValue("$room", room);
        using var reader = select.ExecuteReader();
        var messages = new List<StoredMessage>();
        while (reader.Read() && (ulong)reader.GetInt64(0) == head - (ulong)messages.Count)
        {
            messages.Add(new StoredMessage(reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
        }

        messages.Reverse();
        return messages;
    }

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }

        return command;
    }

    private static void Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        Set(command, transaction, values);
        command.ExecuteNonQuery();
    }

    private static void Set(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }

    private static void Check(SqliteConnection connection, string path)
    {
        // The lock is taken with the first access to the file and kept until it is closed.
        Execute(connection, "PRAGMA locking_mode = EXCLUSIVE");
        var isNew = Ask(connection, "SELECT count(*) FROM sqlite_master") is 0L;
        var (application, version) = (Ask(connection, "PRAGMA application_id"), Ask(connection, "PRAGMA user_version"));
        if (!isNew && (application is not (long)ApplicationId || version is not (long)Version))
        {
            throw new HistoryStoreException(application is (long)ApplicationId
                ? $"\"{path}\" is of another version of the gateway: name another file, or move it away to begin anew"
                : $"\"{path}\" is a database of another program: name another file");
        }

        Execute(connection, "PRAGMA journal_mode = WAL");
        Execute(connection, "PRAGMA synchronous = FULL");
        if (isNew)
        {
            Execute(connection, $"BEGIN; {Schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}; COMMIT");
        }
        else if (Ask(connection, "PRAGMA quick_check(1)") is not "ok")
        {
            throw new HistoryStoreException($"\"{path}\" is damaged: restore it, or move it away to begin anew");
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static string Explain(SqliteException exception, string path) => exception.SqliteErrorCode switch
    {
        NotADatabase or Corrupt => $"\"{path}\" is damaged, or no database: restore it, or move it away to begin anew",
        Busy => $"\"{path}\" is in use by another process: each gateway needs a file of its own",
        _ => $"\"{path}\" cannot be opened: {exception.Message}",
    };

    private sealed class RoomRow(long id)
    {
        public long Id => id;

        public ulong Epoch { get; set; }

        public ulong Head { get; set; }
    }
}
