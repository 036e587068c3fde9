using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Spool.Platform;

namespace Spool.Engine.Artifacts;

/// <summary>
/// SHA-256 over length-prefixed fields, each a name and a value. What is not a field does not decide: step and task ids, paths in the
/// workspace, resources, retries, timeouts, labels, the order of keys. The fields are kept with the result, so any two can be compared
/// and every reason can be shown ("everything in the key is printable").
/// </summary>
public sealed class CacheKey
{
    /// <summary>Raised when the meaning of the fields changes.</summary>
    public const string Schema = "1";

    private const int LongestShown = 300;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string[]> _parts = [];

    public CacheKey(KindSchema kind)
    {
        Mix("schema", Schema);
        Add("kind", string.Create(CultureInfo.InvariantCulture, $"{kind.Name} {kind.Version}"));
    }

    /// <summary>The fields as they are kept: long values by their start and digest.</summary>
    public IReadOnlyList<string[]> Parts => _parts;

    public void Add(string name, string value)
    {
        Mix(name, value);
        _parts.Add([name, value.Length <= LongestShown ? value : value[..LongestShown] + "… " + Digest.Of(value)]);
    }

    private void Mix(string name, string value)
    {
        Span<byte> length = stackalloc byte[4];
        foreach (var text in (ReadOnlySpan<string>)[name, value])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            _hash.AppendData(length);
            _hash.AppendData(bytes);
        }
    }

    /// <summary>The key over all fields so far.</summary>
    public Digest Current()
    {
        Span<byte> value = stackalloc byte[Digest.Size];
        _hash.GetCurrentHash(value);
        return Digest.Read(value);
    }
}
