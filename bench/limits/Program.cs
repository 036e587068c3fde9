using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Spool.Media.Frames;
using Spool.Media.Hashing;

// What the machine can do at best, without anything around it: CPU and wall seconds of the work alone, start of the process left out.
//   limits jpeg FOLDER THREADS       read every file and decode it to grey with libjpeg-turbo
//   limits hamming COUNT DISTANCE    all pairs by the index, and one scan of all hashes (brute force) for 200 of them
return args switch
{
    ["jpeg", var folder, var threads] => Jpeg(folder, int.Parse(threads, CultureInfo.InvariantCulture)),
    ["hamming", var count, var distance] => Hamming(int.Parse(count, CultureInfo.InvariantCulture), int.Parse(distance, CultureInfo.InvariantCulture)),
    _ => 2,
};

static int Jpeg(string folder, int threads)
{
    var files = Directory.GetFiles(folder, "*.jpg");
    var next = -1;
    Measure("jpeg", () =>
    {
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            using var decoder = new JpegDecoder();
            var picture = new Picture();
            var bytes = new byte[1 << 22];
            for (var i = Interlocked.Increment(ref next); i < files.Length; i = Interlocked.Increment(ref next))
            {
                using var file = File.OpenHandle(files[i]);
                decoder.Decode(bytes.AsSpan(0, RandomAccess.Read(file, bytes, 0)), picture, colour: false);
            }
        })).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
    });
    return 0;
}

static int Hamming(int count, int distance)
{
    // Half of the hashes alone, half in families a few bits apart.
    var random = new Random(1);
    var set = new HashSet<ulong>();
    var last = 0UL;
    while (set.Count < count)
    {
        last = random.Next(2) == 0 ? last ^ (1UL << random.Next(64)) ^ (1UL << random.Next(64)) ^ (1UL << random.Next(64)) : ((ulong)random.NextInt64() << 1) ^ (ulong)random.NextInt64();
        set.Add(last);
    }
    ulong[] hashes = [.. set];
    long pairs = 0;
    var found = new List<(int, int)>();
    HammingIndex? index = null;
    Measure("index", () => index = new HammingIndex(hashes, distance));
    Measure("pairs", () => index!.AllPairs((a, b, _) =>
    {
        pairs++;
        if (a % 5000 == 0 || b % 5000 == 0) found.Add((a, b));
    }));
    var sample = Enumerable.Range(0, count).Where(i => i % 5000 == 0).ToList();
    var expected = new List<(int, int)>();
    Measure("scan", () =>
    {
        foreach (var i in sample)
            for (var j = 0; j < hashes.Length; j++)
                if (i != j && BitOperations.PopCount(hashes[i] ^ hashes[j]) <= distance) expected.Add((Math.Min(i, j), Math.Max(i, j)));
    });
    var right = expected.Distinct().Order().SequenceEqual(found.Distinct().Order());
    long brute = -1;
    if (count <= 50_000)
    {
        brute = 0;
        Measure("brute", () =>
        {
            for (var i = 0; i < hashes.Length; i++)
                for (var j = i + 1; j < hashes.Length; j++)
                    if (BitOperations.PopCount(hashes[i] ^ hashes[j]) <= distance) brute++;
        });
    }
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"count {pairs} {brute} {sample.Count} {(right ? "same" : "different")}"));
    return right && (brute < 0 || brute == pairs) ? 0 : 1;
}

static void Measure(string what, Action work)
{
    var cpu = Environment.CpuUsage.TotalTime;
    var clock = Stopwatch.StartNew();
    work();
    var seconds = clock.Elapsed.TotalSeconds;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {seconds:0.000} {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0.000}"));
}
