using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Spool.App.Queue;
using SQLitePCL;

namespace Spool.App.Index;

/// <summary>
/// The index of all runs of the server: SQLite in <c>index.db</c> of the state root (docs/formats/index-db.md). It holds nothing that is not in files;
/// it may be deleted at any time and is made again. WAL, so that readers never wait for the one writer. The SQLite of the machine is used; without
/// it everything works but the full-text search, and lists read the files.
/// </summary>
public sealed class RunIndex : IDisposable
{
    /// <summary>An index with another number is made anew.</summary>
    public const int Version = 1;

    private const string Tables = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE runs(id INTEGER PRIMARY KEY, stage TEXT NOT NULL, stamp TEXT NOT NULL, name TEXT NOT NULL, workflow TEXT NOT NULL, workspace TEXT NOT NULL, status TEXT NOT NULL, submitted_at INTEGER NOT NULL,
          started_at INTEGER, finished_at INTEGER, label TEXT, rating INTEGER, cost_usd REAL, error_message TEXT, json TEXT NOT NULL) STRICT;
        CREATE INDEX runs_by_status ON runs(status, id);
        CREATE TABLE tasks(run INTEGER NOT NULL, task TEXT NOT NULL, stage TEXT NOT NULL, status TEXT NOT NULL, seconds REAL, error_message TEXT, PRIMARY KEY(run, task)) STRICT, WITHOUT ROWID;
        CREATE TABLE artifacts(run INTEGER NOT NULL, path TEXT NOT NULL, src_hash TEXT NOT NULL, type TEXT NOT NULL, codec TEXT, bytes INTEGER NOT NULL, producer TEXT, final INTEGER NOT NULL, PRIMARY KEY(run, path)) STRICT, WITHOUT ROWID;
        CREATE INDEX artifacts_by_hash ON artifacts(src_hash);
        CREATE INDEX artifacts_final ON artifacts(final, run);
        CREATE TABLE reviews(run INTEGER NOT NULL, review TEXT NOT NULL, verdict TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL, notes TEXT NOT NULL) STRICT;
        CREATE TABLE costs(run INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, usd REAL NOT NULL, calls INTEGER NOT NULL) STRICT;
        CREATE VIRTUAL TABLE texts USING fts5(kind UNINDEXED, run UNINDEXED, ref UNINDEXED, body, tokenize = 'unicode61 remove_diacritics 2');
        """;

    private static readonly Lazy<string?> Missing = new(Load);
    private readonly SqliteConnection _connection;

    private RunIndex(SqliteConnection connection) => _connection = connection;

    public static string FileIn(ServerPlace place) => Path.Join(place.Root, "index.db");

    /// <summary>Why there can be no index on this machine, in a sentence; null when there can.</summary>
    public static string? Unavailable => Missing.Value;

    // The library must be named before the first connection; the package brings none of its own.
    private static string? Load()
    {
        try
        {
            var library = NativeLibrary.TryLoad("libsqlite3.so.0", out var found) || NativeLibrary.TryLoad("libsqlite3.dylib", out found) ? found : IntPtr.Zero;
            if (library == IntPtr.Zero || Environment.GetEnvironmentVariable("SPOOL_NO_SQLITE") == "1") return "SQLite is not on this machine (install it: sudo apt-get install libsqlite3-0), so there is no index: search is off, lists read the files of the runs";
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == "e_sqlite3" ? library : IntPtr.Zero);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or TargetInvocationException or DllNotFoundException or EntryPointNotFoundException) { return $"SQLite cannot be used: {e.Message}"; }
    }

    /// <summary>Opens the index to be read; null where there is none, or none that can be read.</summary>
    public static RunIndex? Read(ServerPlace place)
    {
        if (!File.Exists(FileIn(place)) || Unavailable is not null) return null;
        try
        {
            var connection = Open(place, SqliteOpenMode.ReadOnly);
            var index = new RunIndex(connection);
            if (index.Meta("version") == Version.ToString(System.Globalization.CultureInfo.InvariantCulture)) return index;
            index.Dispose();
            return null;
        }
        catch (SqliteException) { return null; }
    }

    /// <summary>Opens the index to be written, made anew where it is missing, damaged or of another version.</summary>
    /// <exception cref="SqliteException">It cannot be made.</exception>
    public static RunIndex Write(ServerPlace place)
    {
        if (Unavailable is { } why) throw new InvalidOperationException(why);
        for (var again = false; ; again = true)
        {
            try
            {
                var index = new RunIndex(Open(place, SqliteOpenMode.ReadWriteCreate));
                index.Run("PRAGMA journal_mode=WAL");
                index.Run("PRAGMA synchronous=NORMAL");
                if (index.One("PRAGMA quick_check(1)") is not "ok") throw new SqliteException("damaged", 11);
                if (index.One("SELECT count(*) FROM sqlite_master WHERE name='meta'") is 0L)
                {
                    index.Run("BEGIN; " + Tables + " COMMIT");
                    index.Run("INSERT INTO meta VALUES('version', $v)", ("$v", Version.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                }
                else if (index.Meta("version") != Version.ToString(System.Globalization.CultureInfo.InvariantCulture)) throw new SqliteException("another version", 11);
                return index;
            }
            catch (SqliteException) when (!again) { Delete(place); }
        }
    }

    /// <summary>Removes the index; nothing else knows of it.</summary>
    public static void Delete(ServerPlace place)
    {
        SqliteConnection.ClearAllPools();
        foreach (var name in (string[])["", "-wal", "-shm"]) File.Delete(FileIn(place) + name);
    }

    private static SqliteConnection Open(ServerPlace place, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = FileIn(place), Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString());
        connection.Open();
        return connection;
    }

    public string? Meta(string name) => One("SELECT value FROM meta WHERE name=$n", ("$n", name)) as string;

    internal object? One(string sql, params ReadOnlySpan<(string, object?)> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteScalar();
    }

    internal int Run(string sql, params ReadOnlySpan<(string, object?)> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    internal IEnumerable<SqliteDataReader> Rows(string sql, params (string, object?)[] values)
    {
        using var command = Command(sql, values);
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return reader;
    }

    internal SqliteTransaction Begin() => _connection.BeginTransaction();

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    public void Dispose() => _connection.Dispose();
}
