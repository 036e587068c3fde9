using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Hashing;

/// <summary>
/// Shrinks a grey picture as Pillow's resize(LANCZOS) does, bit for bit: Lanczos of 3 lobes whose support grows with the shrink factor,
/// weights normalised to sum 1 and rounded to 22 bits, first all rows, then all columns, the result of each rounded and cut to a byte.
/// The vector forms are in <see cref="LanczosTaps"/> and <see cref="LanczosTurn"/>; the bytes are the same. Where the processor has AVX2,
/// rows may be given in stripes while they are in the cache. Keeps its tables; belongs to one thread.
/// </summary>
internal sealed class LanczosResize(int width, int height)
{
    private readonly Plane _rows = new();
    private LanczosTaps? _across, _down;
    private LanczosTurn? _acrossTurn, _downTurn;
    private byte[] _turned = [];

    /// <summary>True where <see cref="Begin"/>, <see cref="Add"/> and <see cref="End"/> work for a picture of this size.</summary>
    internal bool TakesStripes(Plane from) => Avx2.IsSupported && from.Width != width && from.Height != height;

    internal void Resize(Plane from, Plane to)
    {
        if (TakesStripes(from))
        {
            Begin(from);
            Add(from, 0, from.Height);
            End(to);
            return;
        }
        to.Resize(width, height);
        Prepare(from);
        var rows = from;
        if (from.Width != width)
        {
            rows = _rows;
            rows.Resize(width, from.Height);
            if (Avx2.IsSupported) _across!.Rows(from, rows);
            else
                for (var y = 0; y < from.Height; y++) _across!.RowScalar(from.Row(y), rows.Row(y));
        }
        if (from.Height == height) rows.Pixels.CopyTo(to.Pixels);
        else _down!.Columns(rows, to);
    }

    private void Prepare(Plane from)
    {
        if (_across?.From != from.Width) (_across, _acrossTurn) = (new LanczosTaps(from.Width, width), null);
        if (_down?.From != from.Height) (_down, _downTurn) = (new LanczosTaps(from.Height, height), null);
    }

    /// <summary>Starts a picture that comes in stripes.</summary>
    internal void Begin(Plane from)
    {
        Prepare(from);
        _acrossTurn ??= new LanczosTurn(_across!);
        _downTurn ??= new LanczosTurn(_down!);
        var needed = (width * Turned(from.Height)) + Plane.Slack;
        if (_turned.Length < needed) _turned = GC.AllocateUninitializedArray<byte>(needed, pinned: true);
    }

    /// <summary>The horizontal step of some rows; the first is a multiple of <see cref="LanczosTurn.Rows"/>, and so is the end but for the last stripe.</summary>
    internal unsafe void Add(Plane from, int fromRow, int toRow)
    {
        fixed (byte* source = &from.First, turned = _turned)
            _acrossTurn!.Turn(source + ((long)fromRow * from.Width), from.Width, toRow - fromRow, turned + fromRow, Turned(from.Height));
    }

    /// <summary>The vertical step: what came of the rows lies there turned, so it is the same step over again, and turns it back.</summary>
    internal unsafe void End(Plane to)
    {
        to.Resize(width, height);
        var side = (width + LanczosTurn.Rows - 1) / LanczosTurn.Rows * LanczosTurn.Rows;
        Span<byte> result = side * height <= 2048 ? stackalloc byte[side * height] : new byte[side * height];
        fixed (byte* turned = _turned, target = result) _downTurn!.Turn(turned, Turned(_down!.From), width, target, side);
        for (var y = 0; y < height; y++) result.Slice(y * side, width).CopyTo(to.Row(y));
    }

    /// <summary>Bytes of one turned row: whole blocks.</summary>
    private static int Turned(int rows) => (rows + LanczosTurn.Rows - 1) / LanczosTurn.Rows * LanczosTurn.Rows;

    /// <summary>The definition, and the truth of the tests.</summary>
    internal void ResizeScalar(Plane from, Plane to)
    {
        to.Resize(width, height);
        var across = new LanczosTaps(from.Width, width);
        var rows = new Plane();
        rows.Resize(width, from.Height);
        for (var y = 0; y < from.Height; y++)
            if (from.Width == width) from.Row(y).CopyTo(rows.Row(y));
            else across.RowScalar(from.Row(y), rows.Row(y));
        if (from.Height == height) rows.Pixels.CopyTo(to.Pixels);
        else new LanczosTaps(from.Height, height).ColumnsScalar(rows, to);
    }
}
