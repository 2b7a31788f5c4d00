"""What owners said about purchases and insights, for mirrors and the stream."""

from accounts.mirror import Kind, showing
from insights.api.feed import shown_choice
from insights.api.mood_shapes import shown_mood
from insights.models import InsightChoice, MoodPreferences, TransactionMood
from insights.selectors.moods import standing_moods

KINDS = [
    Kind("transaction_mood", TransactionMood, showing(standing_moods, shown_mood)),
    Kind(
        "mood_preferences",
        MoodPreferences,
        showing(MoodPreferences.objects.for_user, lambda row: {"nudge": row.nudge, "seq": row.seq}),
    ),
    Kind("insight", InsightChoice, showing(InsightChoice.objects.for_user, shown_choice)),
]
