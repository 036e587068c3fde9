using Spool.Media.Timeline;

namespace Spool.Media.Cuts;

/// <summary>A stretch between two cuts; the end belongs to the next one.</summary>
public readonly record struct Scene(CutPoint Start, CutPoint End);

/// <summary>The cuts of a film and the scenes between them.</summary>
/// <param name="Frames">Frames of the film.</param>
public sealed record SceneList(FrameRate Rate, int Frames, CutPoint End, IReadOnlyList<CutPoint> Cuts)
{
    public IReadOnlyList<Scene> Scenes
    {
        get
        {
            var scenes = new List<Scene>();
            var start = new CutPoint(0, 0);
            foreach (var cut in Cuts)
            {
                scenes.Add(new(start, cut));
                start = cut;
            }
            scenes.Add(new(start, End));
            return scenes;
        }
    }
}
